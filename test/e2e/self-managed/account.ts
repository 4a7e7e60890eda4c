import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubectl } from '../kubectl.ts';
import { type Namespace, RUN_LABELS } from '../namespace.ts';

const NAME = 'podherald';
export const CA_SECRET = 'podherald-ca';

/** The rights that self-managed certificates need, and not one more. */
function rights(namespace: string, configuration: string): object[] {
  const subjects = [{ kind: 'ServiceAccount', name: NAME, namespace }];
  const group = 'rbac.authorization.k8s.io';
  const api = { apiVersion: `${group}/v1` };
  const ofCluster = { name: namespace, labels: RUN_LABELS };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME } },
    {
      ...api,
      kind: 'Role',
      metadata: { name: NAME },
      rules: [
        { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
        {
          apiGroups: [''],
          resources: ['secrets'],
          resourceNames: [CA_SECRET],
          verbs: ['get', 'watch', 'update'],
        },
      ],
    },
    {
      ...api,
      kind: 'RoleBinding',
      metadata: { name: NAME },
      roleRef: { apiGroup: group, kind: 'Role', name: NAME },
      subjects,
    },
    {
      ...api,
      kind: 'ClusterRole',
      metadata: ofCluster,
      rules: [
        {
          apiGroups: ['admissionregistration.k8s.io'],
          resources: ['mutatingwebhookconfigurations'],
          resourceNames: [configuration],
          verbs: ['get', 'watch', 'patch'],
        },
      ],
    },
    {
      ...api,
      kind: 'ClusterRoleBinding',
      metadata: ofCluster,
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: namespace },
      subjects,
    },
  ];
}

/**
 * A ServiceAccount with those rights.
 *
 * @returns the file of a kubeconfig for it, as it is no pod that uses it.
 */
export async function makeAccount(
  namespace: Namespace,
  configuration: string,
  folder: string,
): Promise<string> {
  const items = rights(namespace.name, configuration);
  await namespace.apply({ apiVersion: 'v1', kind: 'List', items });
  const token = (await namespace.run(['create', 'token', NAME])).trim();
  const view = JSON.parse(await kubectl(['config', 'view', '--raw', '--minify', '-o', 'json']));
  const [{ cluster }] = view.clusters;
  const file = join(folder, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': NAME,
    contexts: [{ name: NAME, context: { cluster: NAME, user: NAME, namespace: namespace.name } }],
    clusters: [{ name: NAME, cluster }],
    users: [{ name: NAME, user: { token } }],
  };
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

export async function removeAccount(namespace: Namespace): Promise<void> {
  const { name } = namespace;
  await kubectl(['delete', `clusterrole/${name}`, `clusterrolebinding/${name}`]);
}
