import { BUILT_IN_PROFILES, type Profile } from './profiles.ts';

/** What an ambassador lets through, from narrow to wide. */
export const ACCESSES = ['namespace', 'read-only', 'full'] as const;

export type Access = (typeof ACCESSES)[number];

/** The flag of `kubectl proxy` that the access `full` is known by. */
export const METHODS_OF_FULL = '--reject-methods=^CONNECT$';

/** The flag of `kubectl proxy` that only the access `namespace` has. */
export const PATHS_OF_NAMESPACE = '--accept-paths=';

/** The narrowest of some accesses. */
export function narrowest(first: Access, ...others: readonly Access[]): Access {
  return others.reduce((one, other) => (width(other) < width(one) ? other : one), first);
}

function width(access: Access): number {
  return ACCESSES.indexOf(access);
}

/** The version of an API server, as far as podherald decides by it. */
export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
  /** The Kubernetes release, such as `v1.37.1`: what images of that version are tagged with. */
  readonly release: string;
}

/** A release, and what vendors put behind it: `-eks-1a2b3c4`, `-gke.1234000`, `+k3s1`. */
const GIT_VERSION = /^(v(\d+)\.(\d+)\.\d+(?:-(?:alpha|beta|rc)\.\d+(?![.\d]))?)(?:[-+.].*)?$/;

/** Reads the `gitVersion` of an API server's `/version`. */
export function parseServerVersion(gitVersion: string): ServerVersion | undefined {
  const [, release, major, minor] = GIT_VERSION.exec(gitVersion) ?? [];
  if (release === undefined) return undefined;
  return { major: Number(major), minor: Number(minor), release };
}

/** Where there is no cluster, or no answer yet: the release that podherald is tested against. */
export const BUILT_IN_VERSION: ServerVersion = { major: 1, minor: 37, release: 'v1.37.1' };

/** Sidecars are init containers with `restartPolicy: Always` from 1.29 on (KEP-753, beta and on). */
export function hasNativeSidecars({ major, minor }: ServerVersion): boolean {
  return major > 1 || minor >= 29;
}

/** Amounts of resources by name, as quantities. */
export type Amounts = { readonly [name: string]: string | undefined };

/** How the operator wants ambassadors to be. */
export interface AmbassadorRules {
  /** Instead of kubectl of the API server's version. */
  readonly image?: string | undefined;
  readonly serverVersion: ServerVersion;
  readonly port: number;
  /** The widest access that can be asked for. */
  readonly maxAccess: Access;
  readonly resources: { readonly requests: Amounts; readonly limits: Amounts };
  /** A user id, or `inherit`: that of the pod; else the one that the pod's containers agree on. */
  readonly runAsUser?: number | 'inherit' | undefined;
  /** How long its token lives. */
  readonly tokenSeconds: number;
}

export const DEFAULT_AMBASSADOR: AmbassadorRules = {
  serverVersion: BUILT_IN_VERSION,
  port: 8001,
  maxAccess: 'read-only',
  resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '128Mi' } },
  tokenSeconds: 3600,
};

/** Whose releases registry.k8s.io holds since 1.28 (kubernetes/kubernetes#116672). */
export function imageOf({ image, serverVersion }: AmbassadorRules): string {
  return image ?? `registry.k8s.io/kubectl:${serverVersion.release}`;
}

/** The prefix that keys carry where the operator has configured no other. */
export const DEFAULT_PREFIX = 'podherald.dev/';

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
