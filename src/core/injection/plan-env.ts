import type { Container, EnvVar } from '../api/pod.ts';
import { type EnvItem, references } from '../decision/profiles.ts';
import { type Finding, finding } from '../decision/reasons.ts';
import { sameEnvVar, toEnv } from './downward-api.ts';

export interface EnvPlan {
  readonly env: readonly EnvVar[];
  readonly findings: readonly Finding[];
}

/** The variables a container lacks. A name that its `env` has is never added again. */
export function planEnv(container: Container, items: readonly EnvItem[]): EnvPlan {
  const written = container.env ?? [];
  const env = toEnv(items, container.name);
  if (written.length === 0) return { env, findings: [] };
  const own = ownVariables(written);
  const missing = items.filter(({ name }) => !own.has(name));
  const kept = env.filter((variable) => {
    const ownVariable = own.get(variable.name);
    return ownVariable !== undefined && !sameEnvVar(ownVariable, variable);
  });
  return {
    env: env.filter(({ name }) => !own.has(name)),
    findings: [...keptNames(container, kept), ...setLater(container, missing, own)],
  };
}

/** Of a name set twice, the last one counts (kubelet's makeEnvironmentVariables). */
function ownVariables(written: readonly EnvVar[]): ReadonlyMap<string, EnvVar> {
  return new Map(written.map((variable) => [variable.name, variable]));
}

function keptNames(container: Container, kept: readonly EnvVar[]): Finding[] {
  if (kept.length === 0) return [];
  const names = kept.map(({ name }) => name).join(', ');
  return [finding('env_exists', { container: container.name, names })];
}

/** What we add comes first, so a variable of the container's own comes too late for our `$(…)`. */
function setLater(
  container: Container,
  added: readonly EnvItem[],
  own: ReadonlyMap<string, EnvVar>,
): Finding[] {
  return added.flatMap(({ name, source }) => {
    const named = 'literal' in source ? references(source.literal) : [];
    return named
      .filter((reference) => own.has(reference))
      .map((reference) =>
        finding('reference_set_later', { container: container.name, name, reference }),
      );
  });
}
