import { because } from './because.ts';
import type { InstallOptions } from './install-options.ts';
import { type Manifest, ofNamespace } from './names.ts';

export function serviceAccountManifest(options: InstallOptions): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: ofNamespace(options),
    automountServiceAccountToken: because(
      'Only the Deployment asks for the token, and only where podherald talks to the API server.',
      false,
    ),
  };
}

/** Whether podherald talks to the API server at all. */
export function needsToken({ tls, config }: InstallOptions): boolean {
  return tls === 'self-managed' || config.readsNamespaces;
}
