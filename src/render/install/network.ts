import { type InstallOptions, namespacedMetadata, SELECTOR } from './install-options.ts';
import { commented, type Manifest } from './manifest-text.ts';

export function serviceManifest(options: InstallOptions): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: namespacedMetadata(options),
    spec: {
      selector: SELECTOR,
      ports: [
        {
          name: 'webhook',
          port: commented('What the webhook configuration means where it names no port.', 443),
          targetPort: 'webhook',
        },
        { name: 'admin', port: 8080, targetPort: 'admin' },
      ],
    },
  };
}

export function networkPolicyManifest(options: InstallOptions): Manifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: namespacedMetadata(options),
    spec: {
      podSelector: { matchLabels: SELECTOR },
      policyTypes: commented(
        'Egress is left open: podherald calls only the API server, and a policy cannot name that in a way that holds in every cluster.',
        ['Ingress'],
      ),
      ingress: [
        commented(
          'From anywhere: API servers call from outside the pod network, at addresses that differ from cluster to cluster and change.',
          { ports: [{ protocol: 'TCP', port: 'webhook' }] },
        ),
        commented(
          'Metrics, for whoever collects them: name that namespace in a `from` to narrow it. kubelet always reaches the probes.',
          { ports: [{ protocol: 'TCP', port: 'admin' }] },
        ),
      ],
    },
  };
}
