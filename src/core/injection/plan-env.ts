import type { EnvVar } from '../api/pod.ts';
import { referencesOf } from '../decision/decide-metadata.ts';
import { type Cause, type Finding, finding } from '../decision/findings.ts';
import type { PodFacts } from '../decision/known-values.ts';
import { NO_VALUE } from '../decision/no-value.ts';
import { containerCause, type PlacedContainer } from '../decision/pod-parts.ts';
import type { EnvItem } from '../decision/profiles.ts';
import { sameEnvVar, toEnv } from './downward-api.ts';
import { resolveEnv } from './resolve-env.ts';

export interface EnvPlan {
  readonly env: readonly EnvVar[];
  readonly findings: readonly Finding[];
}

/** The variables that a container lacks. A name that its `env` already sets is never added again. */
export function planEnv(
  placed: PlacedContainer,
  items: readonly EnvItem[],
  facts: PodFacts | undefined,
): EnvPlan {
  const existing = placed.container.env ?? [];
  const own = existing.length === 0 ? NONE : lastByName(existing);
  if (facts === undefined) return planKnown(placed, items, own);
  const resolved = resolveEnv(items, facts, placed.container, (name) => own.has(name));
  const { env, findings } = planKnown(placed, resolved.items, own, resolved.precedence);
  const missing = [...resolved.missing].map(([why, names]) => {
    const slots = { container: placed.container.name, names: names.join(', '), why };
    return finding('value_unknown', slots, causeOfMissing(why, facts.namespace, placed));
  });
  return { env, findings: [...findings, ...missing] };
}

function causeOfMissing(why: string, namespace: string, placed: PlacedContainer): Cause {
  switch (why) {
    case NO_VALUE.clusterName:
      return { kind: 'config', path: ['cluster', 'name'] };
    case NO_VALUE.unlistedLabel:
      return { kind: 'config', path: ['namespaces', 'labels'] };
    case NO_VALUE.namespace:
    case NO_VALUE.namespaceLabel:
      return { kind: 'namespace', name: namespace };
    default:
      return containerCause(placed);
  }
}

function planKnown(
  placed: PlacedContainer,
  items: readonly EnvItem[],
  own: ReadonlyMap<string, EnvVar>,
  precedence: readonly string[] = [],
): EnvPlan {
  const env = toEnv(items);
  if (own.size === 0) return { env, findings: [] };
  const added = items.filter(({ name }) => !own.has(name));
  const kept = env.filter((variable) => {
    const ownVariable = own.get(variable.name);
    return ownVariable !== undefined && !sameEnvVar(ownVariable, variable);
  });
  return {
    env: env.filter(({ name }) => !own.has(name)),
    findings: [
      ...keptNames(placed, [...kept.map(({ name }) => name), ...precedence]),
      ...setLater(placed, added, own),
    ],
  };
}

const NONE: ReadonlyMap<string, EnvVar> = new Map();

/** If a name is set twice, the last value is used (kubelet's makeEnvironmentVariables). */
function lastByName(variables: readonly EnvVar[]): ReadonlyMap<string, EnvVar> {
  return new Map(variables.map((variable) => [variable.name, variable]));
}

function keptNames(placed: PlacedContainer, kept: readonly string[]): Finding[] {
  if (kept.length === 0) return [];
  const slots = { container: placed.container.name, names: kept.join(', ') };
  return [finding('env_exists', slots, containerCause(placed, 'env'))];
}

/** Injected variables come first, so `$(NAME)` in them cannot see the container's own variables. */
function setLater(
  placed: PlacedContainer,
  added: readonly EnvItem[],
  own: ReadonlyMap<string, EnvVar>,
): Finding[] {
  const container = placed.container.name;
  return added.flatMap((item) =>
    referencesOf(item)
      .filter((reference) => own.has(reference))
      .map((reference) => {
        const slots = { container, name: item.name, reference };
        return finding('reference_set_later', slots, containerCause(placed, 'env'));
      }),
  );
}
