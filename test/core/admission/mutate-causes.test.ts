import { describe, expect, it } from 'vitest';
import { mutate } from '../../../src/core/admission/mutate.ts';
import type { Container, Pod, PodSpec } from '../../../src/core/api/pod.ts';
import type { Cause } from '../../../src/core/decision/findings.ts';
import type { Namespace } from '../../../src/core/decision/namespace.ts';
import { REASONS, type Reason } from '../../../src/core/decision/reasons.ts';
import type { Rules } from '../../../src/core/decision/rules.ts';
import { injectedPod, podWith, RULES, SHOP } from '../pods.ts';

type Annotations = Readonly<Record<string, string>>;

/** A pod for which one reason applies, and the expected causes of that finding. */
interface Row {
  readonly reason: Reason;
  /** The causes in words. */
  readonly cause: string;
  readonly pod: Pod | object;
  readonly namespace?: Namespace;
  readonly rules?: Partial<Rules>;
  readonly causes: readonly Cause[];
}

const METADATA = 'inject-metadata';
const AMBASSADOR = 'inject-ambassador';
const ACCESS = 'podherald.dev/ambassador-access';
const PORT = 'podherald.dev/ambassador-port';

const annotation = (key: string, namespace?: string): Cause => ({
  kind: 'annotation',
  key,
  ...(namespace !== undefined && { namespace }),
});
const field = (...path: (string | number)[]): Cause => ({ kind: 'field', path });
const config = (...path: string[]): Cause => ({ kind: 'config', path });

const shop = (annotations: Annotations): Namespace => ({ name: 'shop', annotations });
const metadata = (spec: Partial<PodSpec> = {}, others: Annotations = {}): Pod =>
  podWith({ [METADATA]: 'true', ...others }, spec);
const ambassador = (spec: Partial<PodSpec> = {}, others: Annotations = {}): Pod =>
  podWith({ [AMBASSADOR]: 'true', ...others }, spec);

const APP_WITH_PORT = { name: 'app', ports: [{ containerPort: 8001 }] };
const OLD_SERVER = { major: 1, minor: 28, release: 'v1.28.15' };
const GREETING = { name: 'GREETING', source: { literal: '$(A)' } };

const ROWS: readonly Row[] = [
  {
    reason: 'invalid_value',
    cause: 'the annotation of the pod',
    pod: podWith({ [METADATA]: 'yes' }),
    causes: [annotation(METADATA)],
  },
  {
    reason: 'invalid_value',
    cause: 'the annotation of the namespace',
    pod: podWith({}),
    namespace: shop({ [METADATA]: 'yes' }),
    causes: [annotation(METADATA, 'shop')],
  },
  {
    reason: 'unknown_container',
    cause: 'the annotation',
    pod: podWith({ 'podherald.dev/metadata-containers': 'web' }),
    causes: [annotation('podherald.dev/metadata-containers')],
  },
  {
    reason: 'given_twice',
    cause: 'the annotation',
    pod: podWith({ [METADATA]: 'otel,otel' }),
    causes: [annotation(METADATA)],
  },
  {
    reason: 'forms_contradict',
    cause: 'both annotations',
    pod: podWith({ [METADATA]: 'true', 'podherald.dev/inject-metadata': 'false' }),
    causes: [annotation(METADATA), annotation('podherald.dev/inject-metadata')],
  },
  {
    reason: 'port_taken',
    cause: 'the annotation and the container that declares the port',
    pod: ambassador({ containers: [APP_WITH_PORT] }, { [PORT]: '8001' }),
    causes: [annotation(PORT), field('spec', 'containers', 0)],
  },
  {
    reason: 'malformed_pod',
    cause: 'the malformed field',
    pod: { spec: { containers: [{ name: 'app', env: [{ name: 1 }] }] } },
    causes: [field('spec', 'containers', 0, 'env', 0, 'name')],
  },
  {
    reason: 'mirror_pod',
    cause: 'the annotation of kubelet',
    pod: podWith({ 'kubernetes.io/config.mirror': 'x' }),
    causes: [annotation('kubernetes.io/config.mirror')],
  },
  {
    reason: 'exempt_namespace',
    cause: 'exempt.namespaces of the config',
    pod: metadata(),
    rules: { exemptNamespaces: new Set(['shop']) },
    causes: [config('exempt', 'namespaces')],
  },
  {
    reason: 'opted_out',
    cause: 'the annotation of the pod',
    pod: podWith({ [METADATA]: 'false' }),
    namespace: shop({ [METADATA]: 'true' }),
    causes: [annotation(METADATA)],
  },
  {
    reason: 'opted_out',
    cause: 'the annotation of the namespace',
    pod: podWith({}),
    namespace: shop({ [AMBASSADOR]: 'false' }),
    causes: [annotation(AMBASSADOR, 'shop')],
  },
  {
    reason: 'mount_exists',
    cause: 'the container',
    pod: metadata({
      containers: [{ name: 'app', volumeMounts: [{ name: 'x', mountPath: '/etc' }] }],
    }),
    causes: [field('spec', 'containers', 0)],
  },
  {
    reason: 'env_exists',
    cause: 'env of the init container',
    pod: metadata({ initContainers: [{ name: 'a', env: [{ name: 'POD_NAME', value: 'x' }] }] }),
    causes: [field('spec', 'initContainers', 0, 'env')],
  },
  {
    reason: 'kubeconfig_exists',
    cause: 'the annotation that holds the kubeconfig',
    pod: ambassador(
      {},
      { 'podherald.dev/ambassador-kubeconfig': 'true', 'podherald.dev/kubeconfig': '{}' },
    ),
    causes: [annotation('podherald.dev/kubeconfig')],
  },
  {
    reason: 'host_network',
    cause: 'hostNetwork and the annotation of the pod',
    pod: ambassador({ hostNetwork: true }),
    causes: [field('spec', 'hostNetwork'), annotation(AMBASSADOR)],
  },
  {
    reason: 'host_network',
    cause: 'hostNetwork and the annotation of the namespace',
    pod: podWith({}, { hostNetwork: true }),
    namespace: shop({ [AMBASSADOR]: 'true' }),
    causes: [field('spec', 'hostNetwork'), annotation(AMBASSADOR, 'shop')],
  },
  {
    reason: 'windows',
    cause: 'os and the annotation',
    pod: ambassador({ os: { name: 'windows' } }),
    causes: [field('spec', 'os'), annotation(AMBASSADOR)],
  },
  {
    reason: 'windows',
    cause: 'nodeSelector and the annotation',
    pod: ambassador({ nodeSelector: { 'kubernetes.io/os': 'windows' } }),
    causes: [field('spec', 'nodeSelector'), annotation(AMBASSADOR)],
  },
  {
    reason: 'server_too_old',
    cause: 'the API server and the annotation',
    pod: ambassador(),
    rules: { ambassador: { ...RULES.ambassador, serverVersion: OLD_SERVER } },
    causes: [{ kind: 'server' }, annotation(AMBASSADOR)],
  },
  {
    reason: 'no_topology_labels',
    cause: 'the API server',
    pod: podWith({ [METADATA]: 'topology' }),
    rules: { ambassador: { ...RULES.ambassador, serverVersion: OLD_SERVER } },
    causes: [{ kind: 'server' }],
  },
  {
    reason: 'automount_disabled',
    cause: 'the annotation of the namespace and the field of the pod',
    pod: podWith({}, { automountServiceAccountToken: false }),
    namespace: shop({ [AMBASSADOR]: 'true' }),
    causes: [annotation(AMBASSADOR, 'shop'), field('spec', 'automountServiceAccountToken')],
  },
  {
    reason: 'no_topology_labels',
    cause: 'the API server',
    pod: podWith({ [METADATA]: 'topology' }),
    rules: { ambassador: { ...RULES.ambassador, serverVersion: OLD_SERVER } },
    causes: [{ kind: 'server' }],
  },
  {
    reason: 'automount_disabled',
    cause: 'the annotation of the namespace and the ServiceAccount',
    pod: podWith({}),
    namespace: shop({ [AMBASSADOR]: 'true' }),
    causes: [annotation(AMBASSADOR, 'shop'), { kind: 'service_account' }],
  },
  {
    reason: 'names_taken',
    cause: 'the two containers',
    pod: ambassador({
      containers: [{ name: 'podherald-ambassador' }],
      initContainers: [{ name: 'ambassador' }],
    }),
    causes: [field('spec', 'initContainers', 0), field('spec', 'containers', 0)],
  },
  {
    reason: 'namespace_unavailable',
    cause: 'the namespace',
    pod: metadata(),
    namespace: { name: 'shop', unavailable: 'timeout' },
    causes: [{ kind: 'namespace', name: 'shop' }],
  },
  {
    reason: 'access_narrowed',
    cause: 'the annotation and maxAccess of the config',
    pod: ambassador({}, { [ACCESS]: 'full' }),
    causes: [annotation(ACCESS), config('ambassador', 'maxAccess')],
  },
  {
    reason: 'access_narrowed',
    cause: 'the annotations of the pod and of the namespace',
    pod: ambassador({}, { [ACCESS]: 'read-only' }),
    namespace: shop({ [ACCESS]: 'namespace' }),
    causes: [annotation(ACCESS), annotation(ACCESS, 'shop')],
  },
  {
    reason: 'port_moved',
    cause: 'the container that declares the port, and ambassador.port of the config',
    pod: ambassador({ containers: [{ name: 'web' }, APP_WITH_PORT] }),
    causes: [field('spec', 'containers', 1), config('ambassador', 'port')],
  },
  {
    reason: 'port_moved',
    cause: 'the container that declares the port, and the annotation that requests it',
    pod: ambassador({ containers: [APP_WITH_PORT] }, { [PORT]: '8001' }),
    rules: { onInvalid: 'warn' },
    causes: [field('spec', 'containers', 0), annotation(PORT)],
  },
  {
    reason: 'name_taken',
    cause: 'the container with that name',
    pod: ambassador({ containers: [{ name: 'app' }, { name: 'ambassador' }] }),
    causes: [field('spec', 'containers', 1)],
  },
  {
    reason: 'shared_processes',
    cause: 'shareProcessNamespace',
    pod: ambassador({ shareProcessNamespace: true }),
    causes: [field('spec', 'shareProcessNamespace')],
  },
  {
    reason: 'shared_processes',
    cause: 'hostPID',
    pod: ambassador({ hostPID: true }),
    causes: [field('spec', 'hostPID')],
  },
  {
    reason: 'ambassador_differs',
    cause: 'the ambassador that exists',
    pod: withAnnotation(injectedPod(ambassador()), ACCESS, 'namespace'),
    causes: [field('spec', 'initContainers', 0)],
  },
  {
    reason: 'restart_policy_removed',
    cause: 'the ambassador that exists',
    pod: withoutRestartPolicy(injectedPod(ambassador())),
    causes: [field('spec', 'initContainers', 0)],
  },
  {
    reason: 'ambassador_before_mesh',
    cause: 'the ambassador that exists, and the list of sidecars in the config',
    pod: withInitContainer(injectedPod(ambassador()), {
      name: 'istio-proxy',
      restartPolicy: 'Always',
    }),
    causes: [field('spec', 'initContainers', 0), config('ambassador', 'after')],
  },
  {
    reason: 'port_shared',
    cause: 'the container that declares the port',
    pod: withContainer(injectedPod(ambassador()), { ...APP_WITH_PORT, name: 'web' }),
    causes: [field('spec', 'containers', 1)],
  },
  {
    reason: 'http_proxy',
    cause: 'env of the container',
    pod: ambassador({
      containers: [{ name: 'app', env: [{ name: 'HTTP_PROXY', value: 'http://proxy:3128' }] }],
    }),
    causes: [field('spec', 'containers', 0, 'env')],
  },
  {
    reason: 'annotations_full',
    cause: 'the annotations of the pod, and the annotation that requests a kubeconfig',
    pod: ambassador(
      {},
      { 'podherald.dev/ambassador-kubeconfig': 'true', filling: 'x'.repeat(262_000) },
    ),
    causes: [field('metadata', 'annotations'), annotation('podherald.dev/ambassador-kubeconfig')],
  },
  {
    reason: 'reference_set_later',
    cause: 'env of the container',
    pod: metadata({ containers: [{ name: 'app', env: [{ name: 'A', value: 'x' }] }] }),
    rules: { profiles: new Map([['default', { env: [GREETING], files: [] }]]) },
    causes: [field('spec', 'containers', 0, 'env')],
  },
  {
    reason: 'limit_not_set',
    cause: 'the container',
    pod: podWith({ [METADATA]: 'go' }),
    causes: [field('spec', 'containers', 0)],
  },
  {
    reason: 'value_unknown',
    cause: 'the container',
    pod: podWith({ 'podherald.dev/metadata-env': 'TAG=container.imageTag' }),
    causes: [field('spec', 'containers', 0)],
  },
  {
    reason: 'value_unknown',
    cause: 'the config',
    pod: podWith({ 'podherald.dev/metadata-env': 'CLUSTER=cluster.name' }),
    causes: [config('cluster', 'name')],
  },
  {
    reason: 'unknown_profile',
    cause: 'the annotation and the profiles of the config',
    pod: podWith({ [METADATA]: 'nowhere' }),
    causes: [annotation(METADATA), config('profiles')],
  },
  {
    reason: 'no_metadata',
    cause: 'the annotation',
    pod: podWith({ 'podherald.dev/metadata-path': '/etc/podinfo' }),
    causes: [annotation('podherald.dev/metadata-path')],
  },
  {
    reason: 'no_ambassador',
    cause: 'the annotation',
    pod: podWith({ [PORT]: '9001' }),
    causes: [annotation(PORT)],
  },
  {
    reason: 'wrong_place',
    cause: 'the annotation of the namespace',
    pod: podWith({}),
    namespace: shop({ [PORT]: '9001' }),
    causes: [annotation(PORT, 'shop')],
  },
  {
    reason: 'unknown_key',
    cause: 'the annotation',
    pod: podWith({ 'podherald.dev/inject': 'true' }),
    causes: [annotation('podherald.dev/inject')],
  },
  {
    reason: 'more_faults',
    cause: 'the annotation with too many invalid values',
    pod: podWith({ 'podherald.dev/metadata-env': 'a,'.repeat(60) }),
    causes: [annotation('podherald.dev/metadata-env')],
  },
];

/** Nothing can be changed to avoid these, or they are about the pod as a whole. */
const WITHOUT_CAUSE: readonly Reason[] = [
  ...(['unexpected_error', 'patch_not_proven'] as const),
  ...(['not_a_pod', 'not_create', 'not_requested', 'too_large'] as const),
];

describe('the causes of a finding', () => {
  it.each(ROWS)('for $reason are $cause', ({ reason, pod, namespace, rules, causes }) => {
    const { findings } = mutate(pod, namespace ?? SHOP, { ...RULES, ...rules });
    const found = findings.filter((one) => one.reason === reason);
    expect(found.map((one) => one.causes)).toEqual([causes]);
  });

  it('are none if no annotation requests an injection', () => {
    const { findings } = mutate(podWith({}), SHOP, RULES);
    expect(findings).toEqual([{ reason: 'not_requested', slots: {}, causes: [] }]);
  });

  it('are tested for every reason that has a cause', () => {
    const tested = new Set([...ROWS.map(({ reason }) => reason), ...WITHOUT_CAUSE]);
    expect([...tested].sort()).toEqual(Object.keys(REASONS).sort());
  });
});

function withAnnotation(pod: Pod, key: string, value: string): Pod {
  const annotations = { ...pod.metadata?.annotations, [key]: value };
  return { ...pod, metadata: { ...pod.metadata, annotations } };
}

function withContainer(pod: Pod, container: Pod['spec']['containers'][number]): Pod {
  return { ...pod, spec: { ...pod.spec, containers: [...pod.spec.containers, container] } };
}

function withInitContainer(pod: Pod, container: Container): Pod {
  const initContainers = [...(pod.spec.initContainers ?? []), container];
  return { ...pod, spec: { ...pod.spec, initContainers } };
}

function withoutRestartPolicy(pod: Pod): Pod {
  const initContainers = (pod.spec.initContainers ?? []).map(
    ({ restartPolicy: _, ...kept }) => kept,
  );
  return { ...pod, spec: { ...pod.spec, initContainers } };
}
