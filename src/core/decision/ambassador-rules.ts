import type { Access } from './access.ts';
import { BUILT_IN_VERSION, type ServerVersion } from './server-version.ts';

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
