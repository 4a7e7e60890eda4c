import { DEFAULT_PREFIX } from '../../core/decision/rules.ts';
import type { Field } from './manifest-text.ts';

/** Who issues the serving certificate; `files`: whoever installs podherald. */
export const TLS_SOURCES = ['self-managed', 'cert-manager', 'files'] as const;
export type TlsSource = (typeof TLS_SOURCES)[number];

/** Which pods the API server sends: `all`, or only annotated pods and those of labelled namespaces. */
export const SCOPES = ['all', 'labelled'] as const;
export type Scope = (typeof SCOPES)[number];

/** The `failurePolicy` of the webhook. */
export const FAILURE_POLICIES = ['Ignore', 'Fail'] as const;
export type FailurePolicy = (typeof FAILURE_POLICIES)[number];

/** Everything that the rendered manifests depend on. */
export interface InstallOptions {
  readonly version: string;
  readonly namespace: string;
  /** Whether the manifests include the namespace. `false`: it exists, and is managed elsewhere. */
  readonly createNamespace: boolean;
  readonly image: string;
  readonly tls: TlsSource;
  readonly scope: Scope;
  readonly replicas: number;
  readonly failurePolicy: FailurePolicy;
  /** The container port that serves the webhook. */
  readonly port: number;
  /** The container port of /healthz, /readyz and /metrics. */
  readonly adminPort: number;
  /** Whether podherald uses the network of its nodes: for API servers that cannot reach pods. */
  readonly hostNetwork: boolean;
  /** Names of Secrets with credentials for the registry of the image. */
  readonly imagePullSecrets: readonly string[];
  /** Whether whoever applies a workload or a Namespace is warned about its annotations. */
  readonly workloadWarnings: boolean;
  /** Names of namespaces whose pods are never sent, in addition to those that podherald always excludes. */
  readonly excludedNamespaces: readonly string[];
  /** The name of a PriorityClass; empty for none. */
  readonly priorityClass: string;
  /** The name of a Secret with the CA of the API server's client certificate; empty for none. */
  readonly clientCaSecret: string;
  readonly config: InstalledConfig;
}

/** The config file in the ConfigMap, and the fields of it that the manifests depend on. */
export interface InstalledConfig {
  readonly text: string;
  readonly annotationPrefix: string;
  /** Whether the config uses annotations or labels of namespaces: podherald then reads them from the API server. */
  readonly readsNamespaces: boolean;
}

/** The name of each object of which there is only one. */
export const NAME = 'podherald';

/** The Secret with a serving certificate that podherald does not issue itself. */
export const TLS_SECRET = 'podherald-tls';

/** The Secret in which podherald keeps its own CA (`--tls self-managed`). */
export const CA_SECRET = 'podherald-ca';

/** The selector of a Deployment is immutable, so it has only the label that never changes. */
export const SELECTOR = { 'app.kubernetes.io/name': NAME } as const;

/** The labels of every object. */
export function labels({ version }: Pick<InstallOptions, 'version'>): Record<string, string> {
  return {
    ...SELECTOR,
    'app.kubernetes.io/component': 'webhook',
    'app.kubernetes.io/version': version,
  };
}

/** The metadata of a cluster-scoped object. */
export function clusterMetadata(options: InstallOptions, name = NAME): { [key: string]: Field } {
  return { name, labels: labels(options) };
}

/** The metadata of an object in podherald's namespace. */
export function namespacedMetadata(options: InstallOptions, name = NAME): { [key: string]: Field } {
  return { name, namespace: options.namespace, labels: labels(options) };
}

/** The config of an installation without `--config`: all defaults. */
export const EMPTY_CONFIG = `# Every field is optional. docs/reference/config.md lists them all.
apiVersion: podherald.dev/v1
kind: Config
`;

/** The defaults of `podherald manifests`. The default image depends on podherald's version. */
export const DEFAULT_INSTALL: Omit<InstallOptions, 'version' | 'image'> = {
  namespace: NAME,
  createNamespace: true,
  tls: 'self-managed',
  scope: 'all',
  replicas: 2,
  failurePolicy: 'Ignore',
  port: 8443,
  adminPort: 8080,
  hostNetwork: false,
  imagePullSecrets: [],
  workloadWarnings: true,
  excludedNamespaces: [],
  priorityClass: 'system-cluster-critical',
  clientCaSecret: '',
  config: { text: EMPTY_CONFIG, annotationPrefix: DEFAULT_PREFIX, readsNamespaces: true },
};
