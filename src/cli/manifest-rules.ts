import type { Rules } from '../core/decision/rules.ts';

/** A manifest has not met the API server yet, which adds the mounts of tokens. */
export function manifestRules(rules: Rules, serverVersion = rules.ambassador.serverVersion): Rules {
  return { ...rules, stage: 'manifest', ambassador: { ...rules.ambassador, serverVersion } };
}
