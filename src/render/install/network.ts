import { type InstallOptions, namespacedMetadata, SELECTOR } from './install-options.ts';
import { commented, type InstallManifest } from './manifest-text.ts';

/** The Service that the API server calls. */
export function serviceManifest(options: InstallOptions): InstallManifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: namespacedMetadata(options),
    spec: {
      selector: SELECTOR,
      ports: [
        {
          name: 'webhook',
          port: commented(
            'The API server calls port 443 unless the webhook configuration sets another port.',
            443,
          ),
          targetPort: 'webhook',
        },
        { name: 'admin', port: options.adminPort, targetPort: 'admin' },
      ],
    },
  };
}

/** Allows ingress to the ports of the webhook and of the metrics, and leaves egress open. */
export function networkPolicyManifest(options: InstallOptions): InstallManifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: namespacedMetadata(options),
    spec: {
      podSelector: { matchLabels: SELECTOR },
      policyTypes: commented(
        'Egress stays open: podherald calls only the API server, whose address differs from cluster to cluster.',
        ['Ingress'],
      ),
      ingress: [
        commented(
          'Any address can call the webhook: API servers call from outside the pod network, and their addresses change.',
          { ports: [{ protocol: 'TCP', port: 'webhook' }] },
        ),
        commented(
          'Any address can read the metrics. To allow only Prometheus, select its namespace in `from`. The probes of the kubelet are always allowed.',
          { ports: [{ protocol: 'TCP', port: 'admin' }] },
        ),
      ],
    },
  };
}
