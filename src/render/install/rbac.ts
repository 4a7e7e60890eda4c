import {
  CA_SECRET,
  clusterMetadata,
  type InstallOptions,
  NAME,
  namespacedMetadata,
} from './install-options.ts';
import { commented, type Field, type InstallManifest } from './manifest-text.ts';

/** The ServiceAccount of the Deployment. */
export function serviceAccountManifest(options: InstallOptions): InstallManifest {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: namespacedMetadata(options),
    automountServiceAccountToken: commented(
      'The Deployment sets this field too: to true only if podherald calls the API server.',
      false,
    ),
  };
}

/** Whether podherald calls the API server, and so needs a token. */
export function needsToken({ tls, config }: InstallOptions): boolean {
  return tls === 'self-managed' || config.readsNamespaces;
}

const RBAC = 'rbac.authorization.k8s.io';

/** The RBAC that does not depend on who issues the certificate; empty if podherald reads no namespaces. */
export function rbacManifests(options: InstallOptions): InstallManifest[] {
  if (!options.config.readsNamespaces) return [];
  return clusterRole(options, NAME, [
    commented(
      'Annotations of a namespace are the defaults of its pods, and pods can show labels of their namespace. If the config sets `namespaces.annotations: false` and uses no labels, this rule is not needed.',
      { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] },
    ),
  ]);
}

/** The RBAC with which podherald maintains its own CA and `caBundle`. */
export function selfManagedRbacManifests(options: InstallOptions): InstallManifest[] {
  const secrets = { apiGroups: [''], resources: ['secrets'] };
  return [
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'Role',
      metadata: namespacedMetadata(options),
      rules: [
        commented(
          '`resourceNames` cannot limit `create`: the API server does not know the name of an object before it is created.',
          {
            ...secrets,
            verbs: ['create'],
          },
        ),
        commented(
          'The CA and its key, which all replicas share. The rule covers no other Secret.',
          {
            ...secrets,
            resourceNames: [CA_SECRET],
            verbs: ['get', 'watch', 'update'],
          },
        ),
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
        'podherald writes its CA to `caBundle` of this configuration, and of no other. Do not grant these rights to anybody else: whoever can patch a webhook configuration can send every pod to another server.',
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

function clusterRole(
  options: InstallOptions,
  name: string,
  rules: readonly Field[],
): InstallManifest[] {
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
