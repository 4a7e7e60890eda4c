import { quantityOf } from '../core/api/quantity.ts';
import { ItemNames } from '../core/decision/metadata-items.ts';
import { BUILT_IN_PROFILES } from '../core/decision/profiles.ts';
import { didYouMean, quote } from '../core/decision/values.ts';
import type { ConfigPath, ValueFault } from './faults.ts';
import { referencesIn } from './profile-items.ts';

/**
 * Checks the rules that involve several fields. Each fault is made when it is read, because a suggestion
 * takes a while.
 *
 * @param config the config as parsed from YAML, without circular values. It may not match the schema:
 *   all faults of a config are reported together.
 */
export function* relationFaults(config: unknown): Generator<ValueFault, undefined> {
  const { profiles, metadata, ambassador } = mapOf(config);
  for (const [name, profile] of Object.entries(mapOf(profiles))) {
    const { env, files } = mapOf(profile);
    yield* referenceFaults(['profiles', name, 'env'], mapOf(env));
    yield* clashFaults(['profiles', name, 'files'], Object.keys(mapOf(files)));
  }
  yield* defaultProfileFaults(mapOf(metadata)['defaultProfile'], Object.keys(mapOf(profiles)));
  yield* resourceFaults(mapOf(mapOf(ambassador)['resources']));
  yield* protoFaults(config, []);
}

/** A path cannot be both a file and a folder. */
function* clashFaults(
  path: ConfigPath,
  files: readonly string[],
): Generator<ValueFault, undefined> {
  const names = new ItemNames();
  for (const file of files) {
    const other = names.add({ path: file, source: { fieldRef: '' } });
    if (other === undefined) continue;
    const message = `conflicts with the file ${other}: one path is inside the other`;
    yield { path: [...path, file], isName: true, message };
  }
}

function defaultProfileFaults(name: unknown, own: readonly string[]): ValueFault[] {
  const known = [...BUILT_IN_PROFILES.keys(), ...own];
  if (typeof name !== 'string' || known.includes(name)) return [];
  const hint = didYouMean(name, known) || `; expected one of ${namesOf(new Set(known))}`;
  const message = `${quote(name)}: unknown profile${hint}`;
  return [{ path: ['metadata', 'defaultProfile'], message }];
}

function namesOf(names: ReadonlySet<string>): string {
  const shown = [...names].slice(0, MAX_NAMES).join(', ');
  return names.size > MAX_NAMES ? `${shown}, …` : shown;
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
function* protoFaults(value: unknown, path: ConfigPath): Generator<ValueFault, undefined> {
  for (const [name, member] of Object.entries(mapOf(value))) {
    const at = [...path, name];
    const message = 'this name is not supported; use another one';
    if (name === '__proto__') yield { path: at, isName: true, message };
    else yield* protoFaults(member, at);
  }
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
export function* referenceFaults(
  path: ConfigPath,
  env: Readonly<Record<string, unknown>>,
): Generator<ValueFault, undefined> {
  const named = new Map(
    Object.entries(env).map(([name, item]) => [name, new Set(referencesIn(item))]),
  );
  yield* unknownReferences(path, named);
  yield* circles(path, named);
}

/** The names that each variable refers to. */
type References = ReadonlyMap<string, ReadonlySet<string>>;

function* unknownReferences(path: ConfigPath, named: References): Generator<ValueFault, undefined> {
  for (const [name, references] of named) {
    for (const reference of references) {
      if (named.has(reference)) continue;
      const hint =
        didYouMean(reference, named.keys()) ||
        `; to keep the text as it is, write $$(${reference})`;
      const message = `$(${reference}): this profile has no such variable${hint}`;
      yield { path: [...path, name], message };
    }
  }
}

/** A variable on the way that the search for circles has gone, with the references left to follow. */
interface ReferenceVisit {
  readonly name: string;
  readonly left: Iterator<string, undefined>;
}

/**
 * Reports each circle once, at the first of its variables that is found. The way is a list: a function
 * that calls itself would overflow the stack on a long chain of references.
 */
function* circles(path: ConfigPath, named: References): Generator<ValueFault, undefined> {
  const done = new Set<string>();
  const onWay = new Set<string>();
  const way: ReferenceVisit[] = [];
  const enter = (name: string): void => {
    if (done.has(name)) return;
    onWay.add(name);
    way.push({ name, left: (named.get(name) ?? new Set()).values() });
  };
  for (const start of named.keys()) {
    enter(start);
    for (let step = way.at(-1); step !== undefined; step = way.at(-1)) {
      const { value: next } = step.left.next();
      if (next === undefined) {
        way.pop();
        onWay.delete(step.name);
        done.add(step.name);
      } else if (onWay.has(next)) {
        const names = way.map(({ name }) => name);
        yield circle(path, names.slice(names.indexOf(next)));
      } else enter(next);
    }
  }
}

/** A message does not get clearer by more names. */
const MAX_NAMES = 10;

function circle(path: ConfigPath, names: readonly string[]): ValueFault {
  const [first = ''] = names;
  const shown = names.length > MAX_NAMES ? [...names.slice(0, MAX_NAMES), '…'] : names;
  return {
    path: [...path, first],
    message: `${[...shown, first].join(' → ')}: circular reference; remove one of these references`,
  };
}
