import { because } from './because.ts';
import type { InstallOptions } from './install-options.ts';
import { type Manifest, ofNamespace } from './names.ts';

/** Of who gives no config: it says nothing, and where to say something. */
export const EMPTY_CONFIG = `# Every field may be left out: docs/reference/config.md tells them all.
apiVersion: podherald.dev/v1
kind: Config
`;

export function configMapManifest(options: InstallOptions): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: ofNamespace(options),
    data: {
      'config.yaml': because(
        'A change is taken up without a restart, within a minute or so. One that is at fault changes nothing (podherald_config_reloads_total{result="failure"} counts it).',
        options.config.text,
      ),
    },
  };
}
