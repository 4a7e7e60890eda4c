import type { Field } from './because.ts';
import type { InstallOptions } from './install-options.ts';

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

/** An object to be applied. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly [key: string]: Field | undefined };
  readonly [field: string]: Field;
}

export function labels({ version }: Pick<InstallOptions, 'version'>): Record<string, string> {
  return {
    ...SELECTOR,
    'app.kubernetes.io/component': 'webhook',
    'app.kubernetes.io/version': version,
  };
}

/** The metadata of an object of the cluster. */
export function ofCluster(options: InstallOptions, name = NAME): { [key: string]: Field } {
  return { name, labels: labels(options) };
}

/** The metadata of an object in podherald's namespace. */
export function ofNamespace(options: InstallOptions, name = NAME): { [key: string]: Field } {
  return { name, namespace: options.namespace, labels: labels(options) };
}
