import { type InstallOptions, labels, namespacedMetadata } from './install-options.ts';
import { commented, type Manifest } from './manifest-text.ts';

/** podherald's own namespace. In one of somebody else's, a quota would limit the other pods too. */
export function namespaceManifests(options: InstallOptions): Manifest[] {
  const { namespace, createNamespace, priorityClass } = options;
  if (!createNamespace) return [];
  const home: Manifest = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace,
      labels: {
        ...labels(options),
        'pod-security.kubernetes.io/enforce': commented(
          'podherald needs no right on its node, and its namespace grants none.',
          'restricted',
        ),
      },
    },
  };
  return priorityClass.startsWith('system-') ? [home, priorityQuota(options)] : [home];
}

function priorityQuota(options: InstallOptions): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: namespacedMetadata(options, 'podherald-priority'),
    spec: {
      hard: { pods: '100' },
      scopeSelector: commented(
        'Some clusters (GKE for one) allow system priority classes only in namespaces with a quota that names them. Elsewhere this limits nothing that matters.',
        {
          matchExpressions: [
            { scopeName: 'PriorityClass', operator: 'In', values: [options.priorityClass] },
          ],
        },
      ),
    },
  };
}
