import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NO_IMAGE } from './in-cluster.ts';
import { Installation } from './installation.ts';
import { kubectl, tryKubectl } from './kubectl.ts';
import { Namespace } from './namespace.ts';
import { envNames, firstPod, type KubeObject, type Pod } from './objects.ts';
import { until } from './until.ts';

const FILES = ['--tls', 'files'];
const DRY = '--dry-run=server';

describe.skipIf(NO_IMAGE)('an installation', () => {
  let namespace: Namespace;
  let installation: Installation;

  beforeAll(async () => {
    namespace = await Namespace.make();
    // Nothing but its manifests keeps the pods of kube-system from being sent.
    installation = await Installation.make([namespace.name, 'kube-system']);
    await installation.apply(FILES);
    await installation.bringCertificate();
    await installation.ready();
  });

  afterAll(async () => {
    await installation?.remove('--wait=false');
    await namespace?.remove();
  });

  test('injects, with two replicas, in a namespace that enforces Pod Security restricted', async () => {
    await installation.reached(namespace);
    const { spec } = await namespace.create(firstPod('asking'), DRY);

    expect(envNames(spec)).toContain('POD_NAME');
    expect(await installation.podNames()).toHaveLength(2);
  });

  test.each([[[]], [['--server-side']]])(
    'keeps its caBundle when it is applied again %j',
    async (how) => {
      const before = await installation.caBundles();
      await installation.apply(FILES, ...how);

      expect(await installation.caBundles()).toEqual(before);
      expect(before[0]).toMatch(/./);
    },
  );

  test('under --scope labelled is sent who asks and whose namespace is labelled, once, and nobody else', async () => {
    await installation.apply([...FILES, '--scope', 'labelled']);
    await installation.bringCertificate();
    await installation.reached(namespace);
    const plain = { ...firstPod('plain'), metadata: { name: 'plain' } };
    const asking = firstPod('asking');

    // Until the API server has heard of the change.
    await until(
      10,
      () => reviewsOf(plain),
      (sent) => sent === 0,
    );
    expect([await reviewsOf(plain), await reviewsOf(asking)]).toEqual([0, 1]);

    await label('podherald.dev/inject=enabled');
    await until(
      10,
      () => reviewsOf(plain),
      (sent) => sent > 0,
    );
    expect([await reviewsOf(plain), await reviewsOf(asking)]).toEqual([1, 1]);

    await label('podherald.dev/inject-');
    await installation.apply(FILES);
    await installation.bringCertificate();
    await installation.reached(namespace);
  });

  test('under failurePolicy Fail with no podherald left, holds up neither itself nor kube-system', async () => {
    await installation.apply([...FILES, '--failure-policy', 'Fail']);
    await stopAll();
    await until(
      20,
      () => create(namespace),
      ({ code }) => code !== 0,
    );
    const refused = await create(namespace);
    const inKubeSystem = await tryKubectl(
      ['create', '--namespace=kube-system', DRY, '-f', '-'],
      JSON.stringify(firstPod('in-kube-system')),
    );
    await startAll();

    expect(refused.stderr).toContain('failed calling webhook');
    expect(inKubeSystem).toMatchObject({ code: 0 });
    expect(await installation.podNames()).toHaveLength(2);
  });

  test('under failurePolicy Ignore with no podherald left, lets pods through as they are', async () => {
    await installation.apply([...FILES, '--failure-policy', 'Ignore']);
    await stopAll();
    await until(
      20,
      () => create(namespace),
      ({ code }) => code === 0,
    );
    const { spec } = await namespace.create(firstPod('through'), DRY);

    expect(envNames(spec)).toEqual([]);
    await startAll();
    await installation.reached(namespace);
  });

  test('leaves nothing behind when it is removed', async () => {
    const before = await installation.traces();
    await installation.remove();

    expect(before.map((name) => name.split(/[./]/)[0])).toEqual(
      expect.arrayContaining([
        'clusterrole',
        'clusterrolebinding',
        'mutatingwebhookconfiguration',
        'namespace',
      ]),
    );
    expect(await installation.traces()).toEqual([]);
    await namespace.create(firstPod('after'), DRY);
  });

  test('leaves a namespace that is not its own as it was', async () => {
    const guest = await Installation.make([]);
    const before = await guest.home.get<KubeObject>(`namespace/${guest.home.name}`);
    await guest.apply([...FILES, '--no-create-namespace']);
    await guest.remove();
    const after = await guest.home.get<KubeObject>(`namespace/${guest.home.name}`);
    await guest.home.remove();

    expect(after.metadata.labels).toEqual(before.metadata.labels);
    expect(after.metadata).not.toHaveProperty('deletionTimestamp');
  });

  /** How many reviews it takes to create a pod. */
  async function reviewsOf(pod: Pod): Promise<number> {
    const before = await installation.reviews();
    await namespace.create(pod, DRY);
    return (await installation.reviews()) - before;
  }

  async function label(change: string): Promise<void> {
    await kubectl(['label', 'namespace', namespace.name, change]);
  }

  function create(where: Namespace) {
    return where.try(['create', DRY, '-f', '-'], JSON.stringify(firstPod('tried')));
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
