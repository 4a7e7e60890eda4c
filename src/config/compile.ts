import { BUILT_IN_PROFILES } from '../core/decision/profiles.ts';
import { BUILT_IN_VERSION, defaultRules, type Rules } from '../core/decision/rules.ts';
import type { Config } from './schema.ts';

/** A config in the form that podherald works by. */
export interface CompiledConfig {
  readonly rules: Rules;
  readonly namespaces: {
    /** Whether the annotations of namespaces count, and so have to be read. */
    readonly annotations: boolean;
  };
}

export function compile(config: Config, version: string): CompiledConfig {
  const { annotationPrefix, onInvalid, profiles, metadata, ambassador, exempt, namespaces } =
    config;
  return {
    rules: {
      ...defaultRules(version),
      annotationPrefix,
      onInvalid,
      profiles: new Map([...BUILT_IN_PROFILES, ...Object.entries(profiles)]),
      exemptNamespaces: new Set(exempt.namespaces),
      metadata,
      ambassador: { ...ambassador, serverVersion: BUILT_IN_VERSION },
    },
    namespaces,
  };
}
