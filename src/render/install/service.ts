import { because } from './because.ts';
import type { InstallOptions } from './install-options.ts';
import { type Manifest, ofNamespace, SELECTOR } from './names.ts';

export function serviceManifest(options: InstallOptions): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: ofNamespace(options),
    spec: {
      selector: SELECTOR,
      ports: [
        {
          name: 'webhook',
          port: because('What the webhook configuration means where it names no port.', 443),
          targetPort: 'webhook',
        },
        { name: 'admin', port: 8080, targetPort: 'admin' },
      ],
    },
  };
}
