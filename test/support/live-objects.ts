/** Objects as an API server returns them, for tests of commands that read a cluster. */
export const CREATED = '2030-01-02T00:00:00Z';
const BEFORE = '2030-01-01T00:00:00Z';

export const PODS = '/api/v1/pods';
export const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

export interface LivePodParts {
  readonly metadata?: object;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: object;
}

/** A running pod in namespace shop. By default it requests metadata. */
export function livePod(
  name: string,
  { metadata = {}, annotations = { 'inject-metadata': 'true' }, spec = {} }: LivePodParts = {},
) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', creationTimestamp: CREATED, annotations, ...metadata },
    spec: { containers: [{ name: 'app', image: 'app' }], ...spec },
    status: { phase: 'Running' },
  };
}

/** The metadata of a pod that a controller created. */
export function controlled(kind: string, name: string, labels: object = {}): object {
  return { labels, ownerReferences: [{ kind, name, controller: true }] };
}

export function namespaceObject(name: string, metadata: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name }, ...metadata },
  };
}

const POD_RULE = {
  operations: ['CREATE'],
  apiGroups: [''],
  apiVersions: ['v1'],
  resources: ['pods'],
  scope: 'Namespaced',
};

const EXCLUDED = {
  key: 'kubernetes.io/metadata.name',
  operator: 'NotIn',
  values: ['podherald', 'kube-system'],
};

/** A webhook as `podherald manifests` prints it. */
export function webhook(
  name: string,
  more: object = {},
  expressions: readonly object[] = [],
): object {
  return {
    name,
    rules: [POD_RULE],
    failurePolicy: 'Ignore',
    namespaceSelector: { matchExpressions: [EXCLUDED, ...expressions] },
    matchConditions: [{ name: 'not-a-mirror-pod', expression: '…' }],
    ...more,
  };
}

export function webhookConfiguration(
  webhooks: readonly object[] = [webhook('pods.podherald.dev')],
  creationTimestamp = BEFORE,
): object {
  return { metadata: { name: 'podherald', creationTimestamp }, webhooks };
}

const SCOPE = { key: 'podherald.dev/inject', values: ['enabled'] };

/** The two webhooks of `--scope labelled`. */
export const LABELLED_SCOPE = webhookConfiguration([
  webhook(
    'annotated.pods.podherald.dev',
    { matchConditions: [{ name: 'not-a-mirror-pod' }, { name: 'asks-podherald' }] },
    [{ ...SCOPE, operator: 'NotIn' }],
  ),
  webhook('labelled.pods.podherald.dev', {}, [{ ...SCOPE, operator: 'In' }]),
]);

export function configMap(text: string, namespace = 'podherald'): object {
  return {
    kind: 'ConfigMap',
    metadata: { name: 'podherald', namespace },
    data: { 'config.yaml': `apiVersion: podherald.dev/v1\nkind: Config\n${text}` },
  };
}

/** The objects of a cluster with these pods, in which podherald is installed with `--scope all`. */
export function cluster(pods: readonly object[], more: Record<string, unknown> = {}) {
  const byPath = pods.map((pod) => {
    const { name } = (pod as { metadata: { name: string } }).metadata;
    return [`/api/v1/namespaces/shop/pods/${name}`, pod];
  });
  return {
    [PODS]: pods,
    '/api/v1/namespaces/shop/pods': pods,
    ...Object.fromEntries(byPath),
    '/api/v1/namespaces': [namespaceObject('shop')],
    '/api/v1/namespaces/shop': namespaceObject('shop'),
    '/api/v1/namespaces/podherald/configmaps/podherald': configMap(''),
    [WEBHOOKS]: [webhookConfiguration()],
    ...Object.fromEntries(WORKLOADS.map((path) => [path, []])),
    ...more,
  };
}

const WORKLOADS = ['deployments', 'statefulsets', 'daemonsets', 'replicasets']
  .map((plural) => `apps/v1/${plural}`)
  .concat('batch/v1/jobs', 'batch/v1/cronjobs')
  .flatMap((path) => [`/apis/${path}`, `/apis/${path.replace(/\/(?=\w+$)/, '/namespaces/shop/')}`]);

export const POLICIES = '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies';

/** A MutatingAdmissionPolicy that podherald has rendered. */
export const POLICY = {
  metadata: { name: 'injects', creationTimestamp: CREATED },
  spec: { variables: [{ expression: "'podherald-ambassador'" }] },
};
