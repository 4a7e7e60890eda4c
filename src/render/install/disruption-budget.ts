import { because } from './because.ts';
import type { InstallOptions } from './install-options.ts';
import { type Manifest, ofNamespace, SELECTOR } from './names.ts';

export function disruptionBudgetManifest(options: InstallOptions): Manifest {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: ofNamespace(options),
    spec: {
      maxUnavailable: because(
        'Drains take one replica at a time. Unlike minAvailable, this lets a single replica go too.',
        1,
      ),
      unhealthyPodEvictionPolicy: because(
        'A replica that does not serve must not hold up a drain.',
        'AlwaysAllow',
      ),
      selector: { matchLabels: SELECTOR },
    },
  };
}
