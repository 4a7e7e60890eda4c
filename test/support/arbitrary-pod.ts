import * as fc from 'fast-check';

// Names and paths that collide with those of podherald are far more likely here than in real pods.

const containerName = fc.constantFrom(
  'istio-proxy',
  'app',
  'web',
  'db',
  'mesh',
  'ambassador',
  'x'.repeat(63),
);

const envVar = fc.oneof(
  fc.record({
    name: fc.constantFrom('POD_NAME', 'POD_IP', 'NODE_NAME', 'A', 'B', '__proto__', 'constructor'),
    value: fc.constantFrom('', 'x', '$(POD_NAME)', '$$(POD_NAME)', '$(OWN)'),
  }),
  fc.record({
    name: fc.constantFrom('POD_NAME', 'POD_IP', 'NODE_NAME', 'SERVICE_ACCOUNT'),
    valueFrom: fc.record({
      fieldRef: fc.oneof(
        fc.constant({ fieldPath: 'metadata.name' }),
        fc.constant({ apiVersion: 'v1', fieldPath: 'metadata.name' }),
        fc.constant({ apiVersion: 'v1', fieldPath: 'status.podIP' }),
      ),
    }),
  }),
);

const volumeName = fc.constantFrom(
  'downward',
  'downward-app',
  'downward-web',
  'data',
  'config',
  'ambassador-token',
  'ambassador-kubeconfig',
);
const mountPath = fc.constantFrom(
  '/etc/downward',
  '/etc//downward/',
  '/etc/downward/sub',
  '/etc/../etc/downward',
  '/etc',
  '/',
  '/etc/downwards',
  '/data',
  '/etc/podherald',
  '/var/run/secrets/kubernetes.io/serviceaccount',
  '',
  'relative',
);

const absent = fc.constantFrom(undefined, null);

const container = fc
  .record(
    {
      image: fc.constantFrom('busybox', 'app:1'),
      env: fc.oneof(absent, fc.array(envVar, { maxLength: 5 })),
      volumeMounts: fc.oneof(
        absent,
        fc.array(fc.record({ name: volumeName, mountPath }), { maxLength: 3 }),
      ),
      volumeDevices: fc.oneof(absent, fc.constant([{ name: 'data', devicePath: '/etc/downward' }])),
      resources: fc.oneof(
        absent,
        fc.constant({}),
        fc.constant({ limits: { memory: '8Mi' }, requests: null }),
        fc.constant({ limits: { memory: '8Mi', cpu: 1 }, requests: { cpu: '1000m' } }),
      ),
      args: fc.oneof(absent, fc.constantFrom(['proxy'], ['proxy', '--port=1'], [])),
      restartPolicy: fc.oneof(absent, fc.constant('Always')),
      ports: fc.oneof(
        absent,
        fc.array(fc.record({ containerPort: fc.integer({ min: 8001, max: 8003 }) }), {
          maxLength: 3,
        }),
      ),
      securityContext: fc.oneof(absent, fc.constant({}), fc.constant({ runAsUser: 1000 })),
      aFieldOfANewerVersion: fc.json().map((text) => JSON.parse(text)),
    },
    { requiredKeys: ['image'] },
  )
  .map(withoutUndefined);

const containers = (minLength: number) =>
  fc
    .uniqueArray(containerName, { minLength, maxLength: 4 })
    .chain((names) =>
      fc.tuple(...names.map((name) => container.map((fields) => ({ name, ...fields })))),
    );

const volumes = fc.uniqueArray(volumeName, { maxLength: 4 }).chain((names) =>
  fc.tuple(
    ...names.map((name) =>
      fc
        .constantFrom<object>(
          { emptyDir: {} },
          {
            downwardAPI: {
              items: [{ path: 'podName', fieldRef: { fieldPath: 'metadata.name' } }],
            },
          },
          { downwardAPI: null },
          { projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
        )
        .map((source) => ({ name, ...source })),
    ),
  ),
);

const annotations = fc.dictionary(
  fc.constantFrom('a/b', 'a~b', 'podherald.dev/status', 'podherald.dev/unknown', '0', '-'),
  fc.string(),
);

/** Annotations about an ambassador that are valid whatever ports the containers declare. */
const ambassadorAnnotations = fc.dictionary(
  fc.constantFrom('inject-ambassador', 'podherald.dev/ambassador-kubeconfig'),
  fc.constantFrom('true', 'false'),
);

/**
 * A pod that requests metadata and possibly an ambassador, as users, controllers and other webhooks
 * may create it. All its annotations are valid. It is a JSON value: no part of it occurs twice.
 */
export const arbitraryPod = fc
  .record(
    {
      apiVersion: fc.constant('v1'),
      kind: fc.constant('Pod'),
      metadata: fc.tuple(annotations, ambassadorAnnotations).map(([others, ambassador]) => ({
        annotations: { ...others, ...ambassador, 'inject-metadata': 'true' },
      })),
      spec: fc
        .record(
          {
            containers: containers(1),
            initContainers: fc.oneof(absent, containers(0)),
            volumes: fc.oneof(absent, volumes),
            hostNetwork: fc.constantFrom(null, true, false),
            shareProcessNamespace: fc.constantFrom(true, false),
            securityContext: fc.constantFrom(null, {}, { runAsUser: 1000 }),
            resources: fc.constantFrom(null, {}, { limits: { cpu: '1' } }),
          },
          { requiredKeys: ['containers'] },
        )
        .map(withoutUndefined)
        .map(withUniqueNames),
      status: fc.constant({}),
    },
    { requiredKeys: ['metadata', 'spec'] },
  )
  .map((pod) => JSON.parse(JSON.stringify(pod)));

/** Init containers named like a container are left out: the API server rejects such a pod. */
function withUniqueNames<
  Spec extends { containers: Named[]; initContainers?: Named[] | null | undefined },
>(spec: Spec): Spec {
  const names = new Set(spec.containers.map(({ name }) => name));
  const initContainers = spec.initContainers?.filter(({ name }) => !names.has(name));
  return initContainers === undefined ? spec : { ...spec, initContainers };
}

interface Named {
  readonly name: string;
}

function withoutUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
