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
