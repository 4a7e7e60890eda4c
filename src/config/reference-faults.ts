import { references } from '../core/decision/profiles.ts';
import { didYouMean } from '../core/decision/values.ts';
import type { ConfigPath, ValueFault } from './faults.ts';
import { literalOf } from './item-text.ts';

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
