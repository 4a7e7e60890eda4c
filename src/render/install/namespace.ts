import { type InstallOptions, labels, namespacedMetadata } from './install-options.ts';
import { commented, type InstallManifest } from './manifest-text.ts';

/** The namespace and its quota; nothing for a namespace that is managed elsewhere. */
export function namespaceManifests(options: InstallOptions): InstallManifest[] {
  const { namespace, createNamespace, priorityClass } = options;
  if (!createNamespace) return [];
  const manifest: InstallManifest = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace,
      labels: {
        ...labels(options),
        'pod-security.kubernetes.io/enforce': options.hostNetwork
          ? commented('Only this level allows the network of the node.', 'privileged')
          : commented(
              'podherald needs no privileges on its node, so its namespace allows none.',
              'restricted',
            ),
      },
    },
  };
  return priorityClass.startsWith('system-') ? [manifest, priorityQuota(options)] : [manifest];
}

function priorityQuota(options: InstallOptions): InstallManifest {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: namespacedMetadata(options, 'podherald-priority'),
    spec: {
      hard: { pods: '100' },
      scopeSelector: commented(
        'Some clusters, such as GKE, allow system priority classes only in a namespace whose ResourceQuota names them. In other clusters this quota has no effect: podherald never needs 100 pods.',
        {
          matchExpressions: [
            { scopeName: 'PriorityClass', operator: 'In', values: [options.priorityClass] },
          ],
        },
      ),
    },
  };
}
