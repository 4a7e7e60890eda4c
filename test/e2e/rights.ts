import { kubectl } from './kubectl.ts';
import { generatedName, type Namespace, RUN_LABELS } from './namespace.ts';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const RBAC = 'rbac.authorization.k8s.io';

export const READ_PODS: Rule = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] };

/** Grants the default ServiceAccount of a namespace these rules in that namespace. */
export async function allow(namespace: Namespace, ...rules: Rule[]): Promise<void> {
  const metadata = { name: 'granted' };
  await namespace.apply({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata, rules },
      {
        apiVersion: `${RBAC}/v1`,
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: RBAC, kind: 'Role', name: metadata.name },
        subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: namespace.name }],
      },
    ],
  });
}

/** Grants it these rules in the whole cluster. Returns a function that revokes them. */
export async function allowEverywhere(
  namespace: Namespace,
  ...rules: Rule[]
): Promise<() => Promise<void>> {
  const metadata = { name: generatedName(), labels: RUN_LABELS };
  const items = [
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata, rules },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: namespace.name }],
    },
  ];
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  return async () => {
    const { name } = metadata;
    await kubectl(['delete', `clusterrole/${name}`, `clusterrolebinding/${name}`]);
  };
}
