import { quantityOf } from '../core/api/quantity.ts';
import { pathsClash } from '../core/decision/metadata-items.ts';
import { BUILT_IN_PROFILES, references } from '../core/decision/profiles.ts';
import { didYouMean, quote } from '../core/decision/values.ts';
import type { ConfigPath, ValueFault } from './faults.ts';
import { literalOf } from './profile-items.ts';

/**
 * What one field alone cannot know. It reads the config as it was written, because the faults of
 * single fields must not keep these from being told.
 */
export function relationFaults(config: unknown): ValueFault[] {
  const { profiles, metadata, ambassador } = mapOf(config);
  return [
    ...Object.entries(mapOf(profiles)).flatMap(([name, profile]) => profileFaults(name, profile)),
    ...defaultProfileFaults(mapOf(metadata)['defaultProfile'], Object.keys(mapOf(profiles))),
    ...resourceFaults(mapOf(mapOf(ambassador)['resources'])),
    ...protoFaults(config, []),
  ];
}

function profileFaults(name: string, profile: unknown): ValueFault[] {
  const { env, files } = mapOf(profile);
  return [
    ...referenceFaults(['profiles', name, 'env'], mapOf(env)),
    ...clashFaults(['profiles', name, 'files'], Object.keys(mapOf(files))),
  ];
}

/** A file cannot be the folder of another one. */
function clashFaults(path: ConfigPath, files: readonly string[]): ValueFault[] {
  return files.flatMap((file, index): ValueFault[] => {
    const other = files.slice(0, index).find((earlier) => pathsClash(earlier, file));
    if (other === undefined) return [];
    const message = `expected no path inside or around that of another file, ${other}`;
    return [{ path: [...path, file], isName: true, message }];
  });
}

function defaultProfileFaults(name: unknown, own: readonly string[]): ValueFault[] {
  const known = [...BUILT_IN_PROFILES.keys(), ...own];
  if (typeof name !== 'string' || known.includes(name)) return [];
  const hint = didYouMean(name, known) || `; there are ${[...new Set(known)].join(', ')}`;
  const message = `${quote(name)}: no profile has that name${hint}`;
  return [{ path: ['metadata', 'defaultProfile'], message }];
}

/** The API server rejects a pod that requests more than its limit. */
function resourceFaults({ requests, limits }: Readonly<Record<string, unknown>>): ValueFault[] {
  return Object.entries(mapOf(requests)).flatMap(([name, request]): ValueFault[] => {
    const limit = mapOf(limits)[name];
    const [wanted, allowed] = [quantityOf(String(request)), quantityOf(String(limit))];
    if (wanted === undefined || allowed === undefined || wanted <= allowed) return [];
    const message = `${request}: expected no more than the limit, ${limit}`;
    return [{ path: ['ambassador', 'resources', 'requests', name], message }];
  });
}

/** A name that JavaScript's objects do not keep like any other. */
function protoFaults(value: unknown, path: ConfigPath): ValueFault[] {
  return Object.entries(mapOf(value)).flatMap(([name, member]): ValueFault[] => {
    const at = [...path, name];
    if (name !== '__proto__') return protoFaults(member, at);
    return [{ path: at, isName: true, message: 'this name cannot be used' }];
  });
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap ? (value as Readonly<Record<string, unknown>>) : {};
}

/**
 * kubelet leaves a `$(NAME)` as it is where nothing of that name stands earlier in `env`. So what a
 * literal names has to be an item of the same profile, and a circle has no order that works.
 *
 * @param path of the profile's env, whose items are given as they were written.
 */
export function referenceFaults(
  path: ConfigPath,
  env: Readonly<Record<string, unknown>>,
): ValueFault[] {
  const named = new Map(
    Object.entries(env).map(([name, item]) => [name, references(literalOf(item) ?? '')]),
  );
  return [...unknownReferences(path, named), ...circles(path, named)];
}

type NamedBy = ReadonlyMap<string, readonly string[]>;

function unknownReferences(path: ConfigPath, named: NamedBy): ValueFault[] {
  return [...named].flatMap(([name, references]) =>
    [...new Set(references)]
      .filter((reference) => !named.has(reference))
      .map((reference) => ({
        path: [...path, name],
        message: `$(${reference}): this profile has no such variable${didYouMean(reference, named.keys()) || `; for the text itself write $$(${reference})`}`,
      })),
  );
}

/** Each circle once, at the first of its names that was come by. */
function circles(path: ConfigPath, named: NamedBy): ValueFault[] {
  const faults: ValueFault[] = [];
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): void => {
    const from = way.indexOf(name);
    if (from >= 0) faults.push(circle(path, way.slice(from)));
    if (from >= 0 || done.has(name)) return;
    for (const reference of new Set(named.get(name))) visit(reference, [...way, name]);
    done.add(name);
  };
  for (const name of named.keys()) visit(name, []);
  return faults;
}

function circle(path: ConfigPath, names: readonly string[]): ValueFault {
  const [first = ''] = names;
  const way = [...names, first].join(' → ');
  return { path: [...path, first], message: `${way}: each needs the next, so none can be first` };
}
