import { type AmbassadorRules, DEFAULT_AMBASSADOR } from './ambassador-rules.ts';
import { DEFAULT_PREFIX } from './annotations.ts';
import { BUILT_IN_PROFILES } from './built-in-profiles.ts';
import type { Profile } from './profile.ts';

/** The operator's will, ready to decide by: everything about a decision but the pod itself. */
export interface Rules {
  /** Written into the status annotation. */
  readonly version: string;
  /** With its slash, such as `podherald.dev/`. */
  readonly annotationPrefix: string;
  /** What becomes of a pod whose own annotations are at fault. */
  readonly onInvalid: 'deny' | 'warn';
  readonly profiles: ReadonlyMap<string, Profile>;
  /** Namespaces whose pods are left alone, whatever they ask for. */
  readonly exemptNamespaces: ReadonlySet<string>;
  readonly metadata: {
    /** The profile that `inject-metadata: "true"` means. */
    readonly defaultProfile: string;
    /** An absolute path. */
    readonly path: string;
  };
  readonly ambassador: AmbassadorRules;
  /** Whether pods come from the API server, with token mounts and defaults, or as they are written. */
  readonly stage: 'admission' | 'manifest';
}

/** The rules of an operator who has configured nothing. */
export function defaultRules(version: string): Rules {
  return {
    version,
    annotationPrefix: DEFAULT_PREFIX,
    onInvalid: 'deny',
    profiles: BUILT_IN_PROFILES,
    exemptNamespaces: new Set(),
    metadata: { defaultProfile: 'default', path: '/etc/downward' },
    ambassador: DEFAULT_AMBASSADOR,
    stage: 'admission',
  };
}
