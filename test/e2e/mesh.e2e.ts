import { describe, expect } from 'vitest';
import { container, type Pod, pod, podSpec, REQUEST_AMBASSADOR } from './objects.ts';
import { allow, READ_PODS } from './rights.ts';
import { test as suite } from './suite.ts';
import { until } from './until.ts';

/** Set by hack/e2e: the cluster redirects what pods named `mesh-…` send to this image as their sidecar. */
const MESH_IMAGE = process.env['PODHERALD_E2E_MESH_IMAGE'];

const test = suite.extend('namespace', { scope: 'file' }, async ({ makeNamespace }) => {
  const namespace = await makeNamespace();
  await allow(namespace, READ_PODS);
  return namespace;
});

/** The sidecar through which everything in the pod reaches the network. */
const MESH_PROXY = {
  name: 'istio-proxy',
  image: MESH_IMAGE ?? '',
  imagePullPolicy: 'IfNotPresent',
  restartPolicy: 'Always',
  securityContext: { runAsUser: 1337 },
};

/** A pod that the webhook of a mesh has injected already. */
function meshPod(name: string): Pod {
  return pod(
    { name, annotations: REQUEST_AMBASSADOR },
    podSpec([container('app')], {
      initContainers: [container('istio-validation', { command: ['true'] }), MESH_PROXY],
    }),
  );
}

describe.skipIf(MESH_IMAGE === undefined)('in a pod whose traffic a service mesh redirects', () => {
  test('the ambassador starts after the proxy of the mesh, and the app reaches the API server', async ({
    namespace,
  }) => {
    const { spec } = await namespace.start(meshPod('mesh-web'));
    const printed = await namespace.exec('mesh-web', 'wget -qO- $KUBE_API_URL/api', 'app');

    expect(spec.initContainers?.map(({ name }) => name)).toEqual([
      'istio-validation',
      'istio-proxy',
      'ambassador',
    ]);
    expect(JSON.parse(printed)).toMatchObject({ kind: 'APIVersions' });
  });

  test('an ambassador before the proxy never starts, and a warning says so', async ({
    namespace,
  }) => {
    const { spec } = await namespace.create(meshPod('mesh-dry'), '--dry-run=server');
    const [validation, proxy, ambassador] = spec.initContainers ?? [];
    const wrong = {
      ...meshPod('mesh-wrong'),
      spec: { ...spec, initContainers: [ambassador, validation, proxy] },
    };
    const created = await namespace.try(['create', '-f', '-'], JSON.stringify(wrong));
    const isFailing = async (): Promise<boolean> => {
      const events = await namespace.run(['get', 'events', '-o', 'json']);
      return /Startup probe failed/.test(events) && events.includes('mesh-wrong');
    };
    await until(60, isFailing, (failing) => failing);
    const stuck = await namespace.get('pod/mesh-wrong');

    expect(created.stderr).toContain('ambassador starts before istio-proxy');
    expect(stuck.status).toMatchObject({
      phase: 'Pending',
      initContainerStatuses: [
        { name: 'ambassador', started: false },
        { name: 'istio-validation', state: { waiting: expect.anything() } },
        { name: 'istio-proxy', state: { waiting: expect.anything() } },
      ],
    });
  });
});
