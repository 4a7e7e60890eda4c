import {
  CA_SECRET,
  clusterMetadata,
  type InstallOptions,
  NAME,
  namespacedMetadata,
} from './install-options.ts';
import { commented, type Field, type Manifest } from './manifest-text.ts';

export function serviceAccountManifest(options: InstallOptions): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: namespacedMetadata(options),
    automountServiceAccountToken: commented(
      'Only the Deployment asks for the token, and only where podherald talks to the API server.',
      false,
    ),
  };
}

/** Whether podherald talks to the API server at all. */
export function needsToken({ tls, config }: InstallOptions): boolean {
  return tls === 'self-managed' || config.readsNamespaces;
}

const RBAC = 'rbac.authorization.k8s.io';

/** What podherald needs wherever its certificate comes from. */
export function rbacManifests(options: InstallOptions): Manifest[] {
  if (!options.config.readsNamespaces) return [];
  return clusterRole(options, NAME, [
    commented(
      'Annotations of namespaces are defaults of their pods. Without them (namespaces: {annotations: false} in the config) this is not needed.',
      { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] },
    ),
  ]);
}

/** What it needs to be its own authority. */
export function selfManagedRbacManifests(options: InstallOptions): Manifest[] {
  const secrets = { apiGroups: [''], resources: ['secrets'] };
  return [
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'Role',
      metadata: namespacedMetadata(options),
      rules: [
        commented('A rule on create cannot name its object (it has no name yet).', {
          ...secrets,
          verbs: ['create'],
        }),
        commented('The authority and its key, shared by all replicas, and no other Secret.', {
          ...secrets,
          resourceNames: [CA_SECRET],
          verbs: ['get', 'watch', 'update'],
        }),
      ],
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: namespacedMetadata(options),
      ...grant('Role', NAME, options),
    },
    ...clusterRole(options, 'podherald-self-managed-tls', [
      commented(
        'To keep caBundle in step with the authority, in this one configuration. Who may patch it decides which server sees all pods, so nobody else should.',
        {
          apiGroups: ['admissionregistration.k8s.io'],
          resources: ['mutatingwebhookconfigurations'],
          resourceNames: [NAME],
          verbs: ['get', 'watch', 'patch'],
        },
      ),
    ]),
  ];
}

function clusterRole(options: InstallOptions, name: string, rules: readonly Field[]): Manifest[] {
  return [
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: clusterMetadata(options, name),
      rules,
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: clusterMetadata(options, name),
      ...grant('ClusterRole', name, options),
    },
  ];
}

function grant(kind: string, name: string, { namespace }: InstallOptions): Record<string, Field> {
  return {
    roleRef: { apiGroup: RBAC, kind, name },
    subjects: [{ kind: 'ServiceAccount', name: NAME, namespace }],
  };
}
