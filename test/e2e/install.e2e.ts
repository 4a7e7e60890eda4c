import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Installation } from './installation.ts';
import { kubectl, tryKubectl } from './kubectl.ts';
import { Namespace } from './namespace.ts';
import { envNames, firstPod, type KubeObject, type Pod } from './objects.ts';
import { NO_IMAGE } from './podherald-pod.ts';
import { until } from './until.ts';

const FILES = ['--tls', 'files'];
const DRY = '--dry-run=server';

describe.skipIf(NO_IMAGE)('an installation with --tls files', () => {
  let namespace: Namespace;
  let installation: Installation;

  beforeAll(async () => {
    namespace = await Namespace.make();
    // Only the manifests exclude kube-system: the test does not.
    installation = await Installation.make([namespace.name, 'kube-system']);
    await installation.apply(FILES);
    await installation.provideCertificate();
    await installation.ready();
  });

  afterAll(async () => {
    await installation?.remove('--wait=false');
    await namespace?.remove();
  });

  test('has two replicas that comply with Pod Security level restricted, and injects pods', async () => {
    await installation.reached(namespace);
    const { spec } = await namespace.create(firstPod('requesting'), DRY);

    expect(envNames(spec)).toContain('POD_NAME');
    expect(await installation.podNames()).toHaveLength(2);
  });

  test.each([[[]], [['--server-side']]])(
    'keeps the caBundle when its manifests are applied again with options %j',
    async (options) => {
      const before = await installation.caBundles();
      await installation.apply(FILES, ...options);

      expect(await installation.caBundles()).toEqual(before);
      expect(before[0]).toMatch(/./);
    },
  );

  test('with --scope labelled, gets each pod that requests or whose namespace is labelled once, and no other', async () => {
    await installation.apply([...FILES, '--scope', 'labelled']);
    await installation.provideCertificate();
    await installation.reached(namespace);
    const plain = { ...firstPod('plain'), metadata: { name: 'plain' } };
    const requesting = firstPod('requesting');

    // Waits until the API server uses the changed configuration.
    await until(
      10,
      () => reviewsOf(plain),
      (sent) => sent === 0,
    );
    expect([await reviewsOf(plain), await reviewsOf(requesting)]).toEqual([0, 1]);

    await label('podherald.dev/inject=enabled');
    await until(
      10,
      () => reviewsOf(plain),
      (sent) => sent > 0,
    );
    expect([await reviewsOf(plain), await reviewsOf(requesting)]).toEqual([1, 1]);

    await label('podherald.dev/inject-');
    await installation.apply(FILES);
    await installation.provideCertificate();
    await installation.reached(namespace);
  });

  test('with failurePolicy Fail and no replica left, blocks neither its own pods nor those of kube-system', async () => {
    await installation.apply([...FILES, '--failure-policy', 'Fail']);
    await stopAll();
    await until(
      20,
      () => create(namespace),
      ({ code }) => code !== 0,
    );
    const rejected = await create(namespace);
    const inKubeSystem = await tryKubectl(
      ['create', '--namespace=kube-system', DRY, '-f', '-'],
      JSON.stringify(firstPod('in-kube-system')),
    );
    await startAll();

    expect(rejected.stderr).toContain('failed calling webhook');
    expect(inKubeSystem).toMatchObject({ code: 0 });
    expect(await installation.podNames()).toHaveLength(2);
  });

  test('with failurePolicy Ignore and no replica left, admits pods unchanged', async () => {
    await installation.apply([...FILES, '--failure-policy', 'Ignore']);
    await stopAll();
    await until(
      20,
      () => create(namespace),
      ({ code }) => code === 0,
    );
    const { spec } = await namespace.create(firstPod('unchanged'), DRY);

    expect(envNames(spec)).toEqual([]);
    await startAll();
    await installation.reached(namespace);
  });

  test('leaves no object in the cluster when it is uninstalled', async () => {
    const before = await installation.clusterObjects();
    await installation.remove();

    expect(before.map((name) => name.split(/[./]/)[0])).toEqual(
      expect.arrayContaining([
        'clusterrole',
        'clusterrolebinding',
        'mutatingwebhookconfiguration',
        'namespace',
      ]),
    );
    expect(await installation.clusterObjects()).toEqual([]);
    await namespace.create(firstPod('after'), DRY);
  });

  test('with --no-create-namespace, does not change or delete the existing namespace', async () => {
    const guest = await Installation.make([]);
    const before = await guest.home.get<KubeObject>(`namespace/${guest.home.name}`);
    await guest.apply([...FILES, '--no-create-namespace']);
    await guest.remove();
    const after = await guest.home.get<KubeObject>(`namespace/${guest.home.name}`);
    await guest.home.remove();

    expect(after.metadata.labels).toEqual(before.metadata.labels);
    expect(after.metadata).not.toHaveProperty('deletionTimestamp');
  });

  /** Returns how many reviews podherald gets when a pod is created. */
  async function reviewsOf(pod: Pod): Promise<number> {
    const before = await installation.reviews();
    await namespace.create(pod, DRY);
    return (await installation.reviews()) - before;
  }

  async function label(change: string): Promise<void> {
    await kubectl(['label', 'namespace', namespace.name, change]);
  }

  function create(target: Namespace) {
    return target.try(['create', DRY, '-f', '-'], JSON.stringify(firstPod('created')));
  }

  async function stopAll(): Promise<void> {
    await installation.home.run(['scale', 'deployment/podherald', '--replicas=0']);
    const remaining = () => installation.podNames();
    await until(60, remaining, (names) => names.length === 0);
  }

  async function startAll(): Promise<void> {
    await installation.home.run(['scale', 'deployment/podherald', '--replicas=2']);
    await installation.ready();
  }
});

describe.skipIf(NO_IMAGE)('an installation on the network of the nodes', () => {
  test('injects pods, from the address of its node', async () => {
    const namespace = await Namespace.make();
    const installation = await Installation.make([namespace.name]);
    onTestFinished(async () => {
      await installation.remove('--wait=false');
      await namespace.remove();
    });
    // One replica, because both of one node would need the same ports.
    const ports = ['--port', '28443', '--admin-port', '28080'];
    await installation.apply(['--host-network', '--replicas', '1', ...ports]);
    await installation.ready();
    await installation.reached(namespace);
    const [pod] = await installation.pods();

    expect(pod?.status).toMatchObject({ podIP: pod?.status?.hostIP });
  });
});
