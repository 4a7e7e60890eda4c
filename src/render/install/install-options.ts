import { DEFAULT_PREFIX } from '../../core/decision/rules.ts';
import type { Field } from './manifest-text.ts';

/** Where the serving certificate comes from. */
export const TLS_SOURCES = ['self-managed', 'cert-manager', 'files'] as const;
export type TlsSource = (typeof TLS_SOURCES)[number];

/** Whose pods the API server sends: every namespace's, or only of those that are labelled or annotated. */
export const SCOPES = ['all', 'labelled'] as const;
export type Scope = (typeof SCOPES)[number];

export const FAILURE_POLICIES = ['Ignore', 'Fail'] as const;
export type FailurePolicy = (typeof FAILURE_POLICIES)[number];

/** All that an installation depends on. */
export interface InstallOptions {
  readonly version: string;
  readonly namespace: string;
  /** Whether that namespace is podherald's own: made with it, and removed with it. */
  readonly createNamespace: boolean;
  readonly image: string;
  readonly tls: TlsSource;
  readonly scope: Scope;
  readonly replicas: number;
  readonly failurePolicy: FailurePolicy;
  /** That the containers listen on for the API server. */
  readonly port: number;
  /** Whose pods are never sent, besides those that podherald leaves out by itself. */
  readonly excludedNamespaces: readonly string[];
  /** None where it is empty. */
  readonly priorityClass: string;
  readonly config: InstalledConfig;
}

/** The config file that the ConfigMap holds, and what of it the manifests depend on. */
export interface InstalledConfig {
  readonly text: string;
  readonly annotationPrefix: string;
  /** Whether podherald reads namespaces. */
  readonly readsNamespaces: boolean;
}

/** Of the objects that there is one of, in its namespace or in the cluster. */
export const NAME = 'podherald';

/** Where a certificate comes from that podherald does not make itself. */
export const TLS_SECRET = 'podherald-tls';

/** Where a self-managed podherald keeps its authority. */
export const CA_SECRET = 'podherald-ca';

/** Of /healthz, /readyz and /metrics. */
export const ADMIN_PORT = 8080;

/** What a Deployment selects by may never change, so it is this alone. */
export const SELECTOR = { 'app.kubernetes.io/name': NAME } as const;

export function labels({ version }: Pick<InstallOptions, 'version'>): Record<string, string> {
  return {
    ...SELECTOR,
    'app.kubernetes.io/component': 'webhook',
    'app.kubernetes.io/version': version,
  };
}

/** The metadata of an object of the cluster. */
export function clusterMetadata(options: InstallOptions, name = NAME): { [key: string]: Field } {
  return { name, labels: labels(options) };
}

/** The metadata of an object in podherald's namespace. */
export function namespacedMetadata(options: InstallOptions, name = NAME): { [key: string]: Field } {
  return { name, namespace: options.namespace, labels: labels(options) };
}

/** Of who gives no config: it says nothing, and where to say something. */
export const EMPTY_CONFIG = `# Every field may be left out: docs/reference/config.md tells them all.
apiVersion: podherald.dev/v1
kind: Config
`;

/** What `podherald manifests` renders unless it is told otherwise; its image is of its own version. */
export const DEFAULT_INSTALL: Omit<InstallOptions, 'version' | 'image'> = {
  namespace: NAME,
  createNamespace: true,
  tls: 'self-managed',
  scope: 'all',
  replicas: 2,
  failurePolicy: 'Ignore',
  port: 8443,
  excludedNamespaces: [],
  priorityClass: 'system-cluster-critical',
  config: { text: EMPTY_CONFIG, annotationPrefix: DEFAULT_PREFIX, readsNamespaces: true },
};
