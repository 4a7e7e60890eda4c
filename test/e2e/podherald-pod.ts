import { kubectl } from './kubectl.ts';
import { Namespace, RUN_LABELS } from './namespace.ts';
import { type Metadata, RESTRICTED } from './objects.ts';
import { type Config, certificateFor, configText, type Podherald } from './podherald.ts';

/** The image of podherald. hack/e2e builds it for the cluster of hack/cluster. */
export const IMAGE = process.env['PODHERALD_E2E_IMAGE'];

/** Whether to skip the tests that run podherald in the cluster. */
export const NO_IMAGE = IMAGE === undefined;

const NAME = 'podherald';
const [PORT, ADMIN_PORT] = [8443, 8080];

/**
 * Runs podherald in a pod as users do: with a read-only root file system, in a namespace that
 * enforces Pod Security level `restricted`, with its config in a mounted ConfigMap, behind a
 * Service, and with no permission except to read namespaces.
 */
export async function deployPodherald(config: Config): Promise<Podherald> {
  const namespace = await Namespace.make({
    labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
  });
  const { name } = namespace;
  const { cert, key } = await certificateFor([`${NAME}.${name}.svc`], [], new Date());
  const configure = (next: Config) =>
    namespace.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: NAME },
      data: { 'config.yaml': configText(next) },
    });
  const remove = async () => {
    await kubectl(['delete', `clusterrole/${name}`, `clusterrolebinding/${name}`]);
    await namespace.remove();
  };
  try {
    await configure(config);
    await namespace.apply({ apiVersion: 'v1', kind: 'List', items: objectsFor(name, cert, key) });
    await namespace.wait(`pod/${NAME}`, 'condition=Ready');
  } catch (error) {
    const { stdout, stderr } = await namespace.try(['logs', NAME]);
    await remove();
    throw new Error(`podherald does not start: ${error}\nIts log:\n${stdout}${stderr}`);
  }
  return {
    clientConfig: { service: { namespace: name, name: NAME, path: '/mutate' } },
    caBundle: Buffer.from(cert).toString('base64'),
    configure,
    log: () => namespace.run(['logs', NAME]),
    metrics: () =>
      kubectl([
        'get',
        '--raw',
        `/api/v1/namespaces/${name}/pods/${NAME}:${ADMIN_PORT}/proxy/metrics`,
      ]),
    remove,
  };
}

function objectsFor(namespace: string, cert: string, key: string): object[] {
  const clusterScoped: Metadata = { name: namespace, labels: RUN_LABELS };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: clusterScoped,
      rules: [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: clusterScoped,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: namespace },
      subjects: [{ kind: 'ServiceAccount', name: NAME, namespace }],
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: NAME },
      type: 'kubernetes.io/tls',
      stringData: { 'tls.crt': cert, 'tls.key': key },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: NAME },
      spec: { selector: { app: NAME }, ports: [{ port: 443, targetPort: PORT }] },
    },
    serverPod(),
  ];
}

function serverPod(): object {
  const args = ['serve', '--tls-cert=/tls/tls.crt', '--tls-key=/tls/tls.key']
    .concat(`--port=${PORT}`, `--admin-port=${ADMIN_PORT}`)
    .concat('--config=/config/config.yaml', '--log-format=json');
  const container = {
    name: NAME,
    image: IMAGE,
    imagePullPolicy: 'IfNotPresent',
    args,
    readinessProbe: { httpGet: { path: '/readyz', port: ADMIN_PORT }, periodSeconds: 1 },
    securityContext: { ...RESTRICTED, runAsUser: 65_532, readOnlyRootFilesystem: true },
    volumeMounts: [
      { name: 'config', mountPath: '/config', readOnly: true },
      { name: 'tls', mountPath: '/tls', readOnly: true },
    ],
  };
  const volumes = [
    { name: 'config', configMap: { name: NAME } },
    { name: 'tls', secret: { secretName: NAME } },
  ];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: NAME, labels: { app: NAME } },
    spec: {
      serviceAccountName: NAME,
      terminationGracePeriodSeconds: 0,
      containers: [container],
      volumes,
    },
  };
}
