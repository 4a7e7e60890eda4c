import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubectl } from '../kubectl.ts';
import { type Namespace, RUN_LABELS } from '../namespace.ts';

const NAME = 'podherald';
export const CA_SECRET = 'podherald-ca';

/** The RBAC objects with exactly the permissions that self-managed certificates need. */
function rights(namespace: string, configuration: string): object[] {
  const subjects = [{ kind: 'ServiceAccount', name: NAME, namespace }];
  const group = 'rbac.authorization.k8s.io';
  const api = { apiVersion: `${group}/v1` };
  const clusterScoped = { name: namespace, labels: RUN_LABELS };
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
      metadata: clusterScoped,
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
      metadata: clusterScoped,
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: namespace },
      subjects,
    },
  ];
}

/**
 * Creates a ServiceAccount with those permissions. podherald runs outside of the cluster in these
 * tests, so it uses the ServiceAccount through a kubeconfig.
 *
 * @returns the path of the kubeconfig
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

/** Deletes its cluster-scoped objects. The others are deleted with the namespace. */
export async function removeAccount(namespace: Namespace): Promise<void> {
  const { name } = namespace;
  await kubectl(['delete', `clusterrole/${name}`, `clusterrolebinding/${name}`]);
}

/** A MutatingWebhookConfiguration. */
export interface Configuration {
  readonly name: string;
  /** The URLs of the replicas. Each one is a webhook, so that every create calls all replicas. */
  readonly urls: readonly string[];
  /** The namespace whose pods are sent. */
  readonly namespace: string;
  /** The caBundle of each webhook. podherald's own manifests have none. */
  readonly caBundle?: string;
}

/** Returns its manifest, as JSON. */
export function manifestOf({ name, urls, namespace, caBundle }: Configuration): string {
  const clientConfig = (url: string) => ({ url, ...(caBundle !== undefined && { caBundle }) });
  return JSON.stringify({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name, labels: RUN_LABELS },
    webhooks: urls.map((url, at) => ({
      name: `pods-${at}.podherald.dev`,
      clientConfig: clientConfig(url),
      rules: [
        { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] },
      ],
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      failurePolicy: 'Fail',
      timeoutSeconds: 3,
      sideEffects: 'None',
      matchPolicy: 'Equivalent',
      reinvocationPolicy: 'IfNeeded',
      admissionReviewVersions: ['v1'],
    })),
  });
}

/** Returns the caBundle of each webhook, as PEM; an empty text for a webhook without one. */
export async function bundlesOf(name: string): Promise<string[]> {
  const object = JSON.parse(
    await kubectl(['get', 'mutatingwebhookconfiguration', name, '-o', 'json']),
  );
  return object.webhooks.map(({ clientConfig }: { clientConfig: { caBundle?: string } }) =>
    Buffer.from(clientConfig.caBundle ?? '', 'base64').toString(),
  );
}
