import * as fc from 'fast-check';
import { type Container, type PodSpec, RESTRICTED } from './objects.ts';

/**
 * Generates pod specs, most of which the API server accepts. They often contain what can conflict
 * with an injection: the names, paths and volumes that podherald itself uses.
 */
export function arbitrarySpec(): fc.Arbitrary<PodSpec> {
  return fc
    .record({
      names: containerNames(),
      volumes: volumes(),
      fields: fc.subarray(POD_FIELDS, { maxLength: 4 }),
    })
    .chain(({ names, volumes, fields }) => {
      const app = (name: string) => container(name, volumes, CONTAINER_FIELDS);
      const init = (name: string) =>
        fc.oneof(container(name, volumes, INIT_CONTAINER_FIELDS), app(name).map(asSidecar));
      return fc
        .record({
          containers: fc.tuple(...names.containers.map(app)),
          initContainers: fc.tuple(...names.initContainers.map(init)),
        })
        .map((containers) =>
          withoutLinuxFields(Object.assign({ ...containers, volumes }, ...fields)),
        );
    });
}

interface Volume {
  readonly name: string;
  readonly [source: string]: unknown;
}

function containerNames() {
  const name = fc.constantFrom(
    ...['app', 'web', 'db', 'downward', 'ambassador', 'podherald-ambassador', 'x'.repeat(63)],
  );
  return fc
    .record({ all: fc.uniqueArray(name, { minLength: 1, maxLength: 5 }), ofInit: fc.nat(2) })
    .map(({ all, ofInit }) => ({
      containers: all.slice(0, Math.max(1, all.length - ofInit)),
      initContainers: all.slice(Math.max(1, all.length - ofInit)),
    }));
}

const CLAIM = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };

const VOLUME_SOURCES = [
  { emptyDir: {} },
  { emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
  { configMap: { name: 'settings', items: [{ key: 'a', path: 'b' }] } },
  { secret: { secretName: 'keys', optional: true } },
  { hostPath: { path: '/var/log', type: 'Directory' } },
  { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
  {
    downwardAPI: {
      items: [{ path: 'cpu', resourceFieldRef: { containerName: 'app', resource: 'limits.cpu' } }],
    },
  },
  { projected: { sources: [{ configMap: { name: 'settings' } }, { secret: { name: 'keys' } }] } },
  { projected: { sources: [{ serviceAccountToken: { path: 'token', audience: 'vault' } }] } },
  { projected: { sources: [{ serviceAccountToken: { path: 'token' } }], defaultMode: 0o400 } },
  { persistentVolumeClaim: { claimName: 'data' } },
  { ephemeral: { volumeClaimTemplate: { spec: CLAIM } } },
  { csi: { driver: 'secrets-store.csi.k8s.io', readOnly: true } },
  { image: { reference: 'registry.example.com/model:1', pullPolicy: 'IfNotPresent' } },
];

function volumes(): fc.Arbitrary<Volume[]> {
  const name = fc.constantFrom(
    ...['downward', 'downward-app', 'downward-web', 'downward-2', 'data'],
    ...['ambassador-token', 'ambassador-token-2', 'ambassador-kubeconfig'],
  );
  const volume = fc
    .tuple(name, fc.constantFrom(...VOLUME_SOURCES))
    .map(([own, source]) => ({ name: own, ...source }));
  return fc.uniqueArray(volume, { selector: (one) => one.name, maxLength: 4 });
}

const PATHS = [
  '/etc/downward',
  '/etc/downward/',
  '/etc//downward',
  '/etc/downward/sub',
  '/etc',
  '/',
  'etc/downward',
  '/data',
  '/var/run/meta',
  '/var/run/secrets/kubernetes.io/serviceaccount',
  '/etc/podherald',
  '/etc/podherald/kubeconfig',
];

/** Mounts of these volumes. A volume of a PersistentVolumeClaim may also be used as a device. */
function mounts(volumes: readonly Volume[]): fc.Arbitrary<object> {
  if (volumes.length === 0) return fc.constant({});
  const path = fc.constantFrom(...PATHS);
  const mount = fc.record(
    {
      name: fc.constantFrom(...volumes.map(({ name }) => name)),
      mountPath: path,
      readOnly: fc.boolean(),
      subPath: fc.constantFrom('a', 'a/b'),
    },
    { requiredKeys: ['name', 'mountPath'] },
  );
  const paths = fc.uniqueArray(mount, { selector: ({ mountPath }) => mountPath, maxLength: 3 });
  const claim = volumes.find((volume) => 'persistentVolumeClaim' in volume);
  return fc.tuple(paths, fc.option(path)).map(([volumeMounts, devicePath]) => {
    if (claim === undefined || devicePath === null) return { volumeMounts };
    return {
      volumeDevices: [{ name: claim.name, devicePath }],
      volumeMounts: volumeMounts.filter(
        ({ name, mountPath }) => name !== claim.name && mountPath !== devicePath,
      ),
    };
  });
}

const ENV = [
  { value: '' },
  { value: '$(POD_NAME) $(POD_IP) $$(A)' },
  { valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  { valueFrom: { fieldRef: { fieldPath: "metadata.annotations['Example.COM/Key']" } } },
  { valueFrom: { fieldRef: { fieldPath: 'status.hostIPs' } } },
  { valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } } },
  { valueFrom: { resourceFieldRef: { resource: 'limits.memory', containerName: 'app' } } },
  { valueFrom: { configMapKeyRef: { name: 'settings', key: 'a', optional: true } } },
  { valueFrom: { secretKeyRef: { name: 'keys', key: 'a' } } },
];

/** A name may occur twice, and may contain any printable ASCII character except `=`. */
const env = fc.array(
  fc
    .tuple(
      fc.constantFrom(
        ...['POD_NAME', 'POD_IP', 'OTEL_RESOURCE_ATTRIBUTES', 'A', 'a.b-c', 'a b%'],
        ...['KUBE_API_URL', 'KUBECONFIG'],
      ),
      fc.constantFrom(...ENV),
    )
    .map(([name, value]) => ({ name, ...value })),
  { maxLength: 4 },
);

const RESOURCES = [
  {},
  { limits: { memory: '64Mi' } },
  { requests: { cpu: '15m', memory: '100Ki' }, limits: { cpu: '100m', memory: '8Mi' } },
  { requests: { cpu: '0' }, limits: { 'ephemeral-storage': '1Gi' } },
  { limits: { cpu: '1', memory: '64Mi', 'hugepages-2Mi': '4Mi' } },
  { limits: { memory: '64Mi', 'hugepages-1Gi': '1Gi' } },
  { limits: { cpu: 1.5, 'example.com/gpu': '1' } },
  { limits: { cpu: '100m', memory: '64Mi' } },
  { requests: { cpu: '0.1', memory: '65536Ki' }, limits: { cpu: '100m', memory: '64Mi' } },
];

function container(
  name: string,
  volumes: readonly Volume[],
  fields: object[],
): fc.Arbitrary<Container> {
  return fc
    .record({
      env: fc.option(env, { nil: undefined }),
      resources: fc.constantFrom(undefined, ...RESOURCES),
      mounts: mounts(volumes),
      others: fc.subarray(fields, { maxLength: 3 }),
    })
    .map(({ env, resources, mounts, others }) =>
      Object.assign({ name, image: 'busybox', env, resources }, mounts, ...others),
    );
}

const INIT_CONTAINER_FIELDS: object[] = [
  { command: ['sh', '-c'], args: ['echo $(POD_NAME)'] },
  { envFrom: [{ prefix: 'POD_', configMapRef: { name: 'settings' } }] },
  { securityContext: RESTRICTED },
  { securityContext: { privileged: true } },
  { securityContext: { capabilities: { add: ['NET_ADMIN'] }, readOnlyRootFilesystem: true } },
  { ports: [{ containerPort: 8001 }] },
  { ports: [{ containerPort: 8001, protocol: 'UDP' }, { containerPort: 8002 }] },
  { securityContext: { runAsUser: 0 } },
  { terminationMessagePath: '/etc/downward', terminationMessagePolicy: 'File' },
  { stdin: true, tty: true, workingDir: '/etc/downward' },
  { imagePullPolicy: 'Never' },
];
const HTTP_GET = { path: '/', port: 80 };
const RUN = { exec: { command: ['true'] } };

const CONTAINER_FIELDS: object[] = [
  ...INIT_CONTAINER_FIELDS,
  { livenessProbe: { httpGet: HTTP_GET }, startupProbe: RUN },
  { lifecycle: { postStart: RUN, preStop: { sleep: { seconds: 1 } } } },
  { resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }] },
];

function asSidecar(of: Container): Container {
  return { ...of, restartPolicy: 'Always' };
}

const SPREAD = {
  maxSkew: 1,
  topologyKey: 'zone',
  whenUnsatisfiable: 'DoNotSchedule',
  labelSelector: { matchLabels: { app: 'a' } },
};

const POD_FIELDS: object[] = [
  { os: { name: 'windows' } },
  { nodeSelector: { 'kubernetes.io/os': 'windows' } },
  { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
  { resources: { requests: { cpu: '8', memory: '1Gi' }, limits: { cpu: '16', memory: '2Gi' } } },
  { resources: { limits: { cpu: '8', memory: '1Gi', 'hugepages-2Mi': '32Mi' } } },
  { resources: { requests: { cpu: '100m' } } },
  { resources: { limits: { cpu: '8', memory: '4Gi' } } },
  { resources: { limits: { cpu: '4' } } },
  { securityContext: { runAsUser: 1000, runAsNonRoot: true, fsGroup: 2000 } },
  { securityContext: { sysctls: [{ name: 'kernel.shm_rmid_forced', value: '0' }] } },
  { shareProcessNamespace: true },
  { hostUsers: false },
  { hostPID: true, hostIPC: true },
  { automountServiceAccountToken: false, enableServiceLinks: false },
  { restartPolicy: 'Never', activeDeadlineSeconds: 60 },
  { tolerations: [{ operator: 'Exists' }], schedulerName: 'none' },
  { topologySpreadConstraints: [SPREAD] },
  { schedulingGates: [{ name: 'example.com/gate' }] },
  { readinessGates: [{ conditionType: 'example.com/ready' }] },
  { hostname: 'pod', subdomain: 'pods', setHostnameAsFQDN: true },
  { hostAliases: [{ ip: '127.0.0.1', hostnames: ['pod'] }], dnsConfig: { searches: ['a.b'] } },
];

/** Removes the fields that the API server rejects if `spec.os` is set to Windows. */
function withoutLinuxFields(spec: PodSpec): PodSpec {
  if (spec['os'] === undefined) return spec;
  const { securityContext, hostPID, hostIPC, hostUsers, hostNetwork, ...rest } = spec;
  const { shareProcessNamespace, resources, ...portable } = rest;
  const plain = ({ securityContext: _, ...other }: Container): Container => other;
  return {
    ...portable,
    containers: spec.containers.map(plain),
    initContainers: (spec.initContainers ?? []).map(plain),
  };
}
