import { BUILT_IN_PROFILES, type Profile } from './profiles.ts';

/** What an ambassador lets through, from narrow to wide. */
export const ACCESSES = ['namespace', 'read-only', 'full'] as const;

export type Access = (typeof ACCESSES)[number];

/** The narrowest of some accesses. */
export function narrowest(first: Access, ...others: readonly Access[]): Access {
  return others.reduce((one, other) => (width(other) < width(one) ? other : one), first);
}

function width(access: Access): number {
  return ACCESSES.indexOf(access);
}

/** Lower ports need root, and the ambassador is not root (capabilities(7), CAP_NET_BIND_SERVICE). */
export const MIN_PORT = 1024;
export const MAX_PORT = 65_535;

/** The part of an API server's version that decisions depend on. */
export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
  /** The Kubernetes release, such as `v1.37.1`: the tag of its images. */
  readonly release: string;
}

/** A release, and what vendors append to it: `-eks-1a2b3c4`, `-gke.1234000`, `+k3s1`. */
const GIT_VERSION = /^(v(\d+)\.(\d+)\.\d+(?:-(?:alpha|beta|rc)\.\d+(?![.\d]))?)(?:[-+.].*)?$/;

/** Reads the `gitVersion` of an API server's `/version`; undefined if it is not a version. */
export function parseServerVersion(gitVersion: string): ServerVersion | undefined {
  const [, release, major, minor] = GIT_VERSION.exec(gitVersion) ?? [];
  if (release === undefined) return undefined;
  return { major: Number(major), minor: Number(minor), release };
}

/** Used without a cluster, or before its first answer: the release that podherald is tested with. */
export const BUILT_IN_VERSION: ServerVersion = { major: 1, minor: 37, release: 'v1.37.1' };

/** Native sidecars are init containers with `restartPolicy: Always` (KEP-753, beta in 1.29). */
export function hasNativeSidecars({ major, minor }: ServerVersion): boolean {
  return major > 1 || minor >= 29;
}

/** Quantities by the name of the resource. */
export type Amounts = { readonly [name: string]: string };

/** The operator's settings for ambassadors. */
export interface AmbassadorRules {
  /** Replaces the image of kubectl in the API server's version. */
  readonly image?: string | undefined;
  readonly serverVersion: ServerVersion;
  readonly port: number;
  /** The widest access that a pod or namespace can request. */
  readonly maxAccess: Access;
  readonly resources: { readonly requests: Amounts; readonly limits: Amounts };
  /**
   * A user id, or `inherit` for the user of the pod. If it is absent, the ambassador runs as the
   * user that all containers of the pod agree on.
   */
  readonly runAsUser?: number | 'inherit' | undefined;
  /** The lifetime of its token. */
  readonly tokenSeconds: number;
  /** The names of native sidecars that must start before it, because they give the pod its network. */
  readonly after: readonly string[];
}

export const DEFAULT_AMBASSADOR: AmbassadorRules = {
  serverVersion: BUILT_IN_VERSION,
  port: 8001,
  maxAccess: 'read-only',
  resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '128Mi' } },
  tokenSeconds: 3600,
  after: ['istio-proxy', 'linkerd-proxy', 'kuma-sidecar', 'consul-dataplane'],
};

/** The ambassador's image. registry.k8s.io has kubectl since 1.28 (kubernetes/kubernetes#116672). */
export function imageOf({ image, serverVersion }: AmbassadorRules): string {
  return image ?? `registry.k8s.io/kubectl:${serverVersion.release}`;
}

/** The prefix of annotation keys, unless the config sets another one. */
export const DEFAULT_PREFIX = 'podherald.dev/';

/**
 * Where objects have their pod templates, by `Kind.group`: a list of paths, each a list of fields. The field `*` stands
 * for every item of a list.
 */
export type PodTemplatePaths = ReadonlyMap<string, readonly (readonly string[])[]>;

/** The operator's config: everything that a decision needs besides the pod and its namespace. */
export interface Rules {
  /** podherald's version, for the status annotation. */
  readonly version: string;
  /** With its slash, such as `podherald.dev/`. */
  readonly annotationPrefix: string;
  /** Whether a pod with an invalid annotation is denied, or admitted without that part. */
  readonly onInvalid: 'deny' | 'warn';
  readonly profiles: ReadonlyMap<string, Profile>;
  /** Pods of these namespaces are never injected. */
  readonly exemptNamespaces: ReadonlySet<string>;
  readonly metadata: {
    /** The profile that `inject-metadata: "true"` means. */
    readonly defaultProfile: string;
    /** The absolute path at which files are mounted. */
    readonly path: string;
  };
  readonly ambassador: AmbassadorRules;
  /** The value of the source `cluster.name`. */
  readonly clusterName?: string | undefined;
  /** The labels of namespaces that pods can show. A pod cannot ask for others. */
  readonly namespaceLabels: ReadonlySet<string>;
  readonly otel: {
    /** Whether well-known labels can be the name and version of a service. */
    readonly useLabels: boolean;
  };
  /** For kinds that have no pod template at `spec.template`. Only manifests need them: the webhook sees pods. */
  readonly podTemplates: PodTemplatePaths;
  /** Whether pods come from the API server, with its defaults and token mounts, or from a manifest. */
  readonly stage: 'admission' | 'manifest';
}

/** The rules without a config. */
export function defaultRules(version: string): Rules {
  return {
    version,
    annotationPrefix: DEFAULT_PREFIX,
    onInvalid: 'deny',
    profiles: BUILT_IN_PROFILES,
    exemptNamespaces: new Set(),
    metadata: { defaultProfile: 'default', path: '/etc/downward' },
    ambassador: DEFAULT_AMBASSADOR,
    namespaceLabels: new Set(),
    otel: { useLabels: false },
    podTemplates: new Map(),
    stage: 'admission',
  };
}
