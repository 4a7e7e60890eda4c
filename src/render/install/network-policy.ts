import { because } from './because.ts';
import type { InstallOptions } from './install-options.ts';
import { type Manifest, ofNamespace, SELECTOR } from './names.ts';

export function networkPolicyManifest(options: InstallOptions): Manifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: ofNamespace(options),
    spec: {
      podSelector: { matchLabels: SELECTOR },
      policyTypes: because(
        'Egress is left open: podherald calls only the API server, and a policy cannot name that in a way that holds in every cluster.',
        ['Ingress'],
      ),
      ingress: [
        because(
          'From anywhere: API servers call from outside the pod network, at addresses that differ from cluster to cluster and change.',
          { ports: [{ protocol: 'TCP', port: 'webhook' }] },
        ),
        because(
          'Metrics, for whoever collects them: name that namespace in a `from` to narrow it. kubelet always reaches the probes.',
          { ports: [{ protocol: 'TCP', port: 'admin' }] },
        ),
      ],
    },
  };
}
