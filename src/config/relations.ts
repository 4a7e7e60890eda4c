import { quantityOf } from '../core/api/quantity.ts';
import { ItemNames } from '../core/decision/metadata-items.ts';
import { BUILT_IN_PROFILES, references } from '../core/decision/profiles.ts';
import { didYouMean, quote } from '../core/decision/values.ts';
import type { ConfigPath, ValueFault } from './faults.ts';
import { literalOf } from './profile-items.ts';

/**
 * Checks the rules that involve several fields.
 *
 * @param config the config as parsed from YAML. It may not match the schema: all faults of a config are
 *   reported together.
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

/** A path cannot be both a file and a folder. */
function clashFaults(path: ConfigPath, files: readonly string[]): ValueFault[] {
  const names = new ItemNames();
  return files.flatMap((file): ValueFault[] => {
    const other = names.add({ path: file, source: { fieldRef: '' } });
    if (other === undefined) return [];
    const message = `conflicts with the file ${other}: one path is inside the other`;
    return [{ path: [...path, file], isName: true, message }];
  });
}

function defaultProfileFaults(name: unknown, own: readonly string[]): ValueFault[] {
  const known = [...BUILT_IN_PROFILES.keys(), ...own];
  if (typeof name !== 'string' || known.includes(name)) return [];
  const hint = didYouMean(name, known) || `; expected one of ${[...new Set(known)].join(', ')}`;
  const message = `${quote(name)}: unknown profile${hint}`;
  return [{ path: ['metadata', 'defaultProfile'], message }];
}

/** The API server rejects a container whose request exceeds its limit. */
function resourceFaults({ requests, limits }: Readonly<Record<string, unknown>>): ValueFault[] {
  return Object.entries(mapOf(requests)).flatMap(([name, request]): ValueFault[] => {
    const limit = mapOf(limits)[name];
    const [requested, allowed] = [quantityOf(String(request)), quantityOf(String(limit))];
    if (requested === undefined || allowed === undefined || requested <= allowed) return [];
    const message = `${request}: expected at most the limit, ${limit}`;
    return [{ path: ['ambassador', 'resources', 'requests', name], message }];
  });
}

/** JavaScript objects treat `__proto__` specially, so a field of this name would be lost. */
function protoFaults(value: unknown, path: ConfigPath): ValueFault[] {
  return Object.entries(mapOf(value)).flatMap(([name, member]): ValueFault[] => {
    const at = [...path, name];
    if (name !== '__proto__') return protoFaults(member, at);
    return [{ path: at, isName: true, message: 'this name is not supported; use another one' }];
  });
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap ? (value as Readonly<Record<string, unknown>>) : {};
}

/**
 * Checks the references of literals. The kubelet expands `$(NAME)` only if that variable is earlier in
 * `env`. So a literal can refer only to items of its profile, and not in a circle.
 *
 * @param path the path of `env` in the config.
 * @param env the items as parsed from YAML.
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

/** The names that each variable refers to. */
type References = ReadonlyMap<string, readonly string[]>;

function unknownReferences(path: ConfigPath, named: References): ValueFault[] {
  return [...named].flatMap(([name, references]) =>
    [...new Set(references)]
      .filter((reference) => !named.has(reference))
      .map((reference) => ({
        path: [...path, name],
        message: `$(${reference}): this profile has no such variable${didYouMean(reference, named.keys()) || `; to keep the text as it is, write $$(${reference})`}`,
      })),
  );
}

/** Reports each circle once, at the first of its variables that is found. */
function circles(path: ConfigPath, named: References): ValueFault[] {
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
  return {
    path: [...path, first],
    message: `${way}: circular reference; remove one of these references`,
  };
}
