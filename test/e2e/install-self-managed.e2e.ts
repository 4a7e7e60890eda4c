import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NO_IMAGE } from './in-cluster.ts';
import { Installation } from './installation.ts';
import { kubectl } from './kubectl.ts';
import { Namespace } from './namespace.ts';
import type { KubeObject } from './objects.ts';
import { StreamOfCreates, summary } from './stream-of-creates.ts';
import { until } from './until.ts';

const FLAGS = ['--tls', 'self-managed', '--failure-policy', 'Fail'];

/** What is seen with the real manifests: that their rights, names and certificate are enough. */
describe.skipIf(NO_IMAGE)('an installation that manages its own certificates', () => {
  let namespace: Namespace;
  let installation: Installation;

  beforeAll(async () => {
    namespace = await Namespace.make();
    installation = await Installation.make([namespace.name]);
    await installation.apply(FLAGS);
    await installation.ready();
  });

  afterAll(async () => {
    await installation?.remove('--wait=false');
    await namespace?.remove();
  });

  test('is trusted as soon as it is reached', async () => {
    await installation.reached(namespace);
    const creates = await StreamOfCreates.start(namespace);
    const startedAtMs = performance.now();
    await creates.more(100);
    await creates.stop();

    expect(summary(creates.failed, startedAtMs)).toBe('');
  });

  test('keeps its caBundle when it is applied again, either way', async () => {
    const before = await installation.caBundles();
    await installation.apply(FLAGS);
    await installation.apply(FLAGS, '--server-side', '--force-conflicts');

    expect(before[0]).toMatch(/./);
    expect(await installation.caBundles()).toEqual(before);
  });

  test('puts the same CA into its Secret when that is deleted, and fails no create', async () => {
    const before = await authority();
    const creates = await StreamOfCreates.start(namespace);
    const startedAtMs = performance.now();
    await installation.home.run(['delete', 'secret', 'podherald-ca']);
    await installation.home.wait('secret/podherald-ca', 'create');
    await creates.more(20);
    await creates.stop();

    expect(await authority()).toBe(before);
    expect(summary(creates.failed, startedAtMs)).toBe('');
  });

  test('heals a caBundle that somebody has emptied', async () => {
    const [before] = await installation.caBundles();
    await kubectl([
      ...['patch', 'mutatingwebhookconfiguration', installation.clusterName, '--type=json'],
      `--patch=${JSON.stringify([{ op: 'remove', path: '/webhooks/0/clientConfig/caBundle' }])}`,
    ]);

    const [after] = await until(30, installation.caBundles, ([first]) => first !== undefined);
    expect(after).toBe(before);
  });

  test('leaves nothing behind when it is removed', async () => {
    const before = await installation.traces();
    await installation.remove();

    expect(before.filter((name) => name.endsWith('-self-managed-tls'))).toHaveLength(2);
    expect(await installation.traces()).toEqual([]);
  });

  async function authority(): Promise<string | undefined> {
    const { data } = await installation.home.get<KubeObject & { data: Record<string, string> }>(
      'secret/podherald-ca',
    );
    return data['tls.crt'];
  }
});
