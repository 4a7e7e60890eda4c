import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Installation } from './installation.ts';
import { kubectl } from './kubectl.ts';
import { Namespace } from './namespace.ts';
import type { KubeObject } from './objects.ts';
import { NO_IMAGE } from './podherald-pod.ts';
import { StreamOfCreates, summary } from './stream-of-creates.ts';
import { until } from './until.ts';

const FLAGS = ['--tls', 'self-managed', '--failure-policy', 'Fail'];

/** Shows that the permissions, names and certificates of the rendered manifests are sufficient. */
describe.skipIf(NO_IMAGE)('an installation with self-managed certificates', () => {
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

  test('fails no create once it injects pods', async () => {
    await installation.reached(namespace);
    const creates = await StreamOfCreates.start(namespace);
    const startedAtMs = performance.now();
    await creates.more(100);
    await creates.stop();

    expect(summary(creates.failed, startedAtMs)).toBe('');
  });

  test('keeps the caBundle when its manifests are applied again, on the client or the server side', async () => {
    const before = await installation.caBundles();
    await installation.apply(FLAGS);
    await installation.apply(FLAGS, '--server-side', '--force-conflicts');

    expect(before[0]).toMatch(/./);
    expect(await installation.caBundles()).toEqual(before);
  });

  test('re-creates a deleted Secret with the same CA, and fails no create', async () => {
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

  test('restores a removed caBundle', async () => {
    const [before] = await installation.caBundles();
    await kubectl([
      ...['patch', 'mutatingwebhookconfiguration', installation.clusterName, '--type=json'],
      `--patch=${JSON.stringify([{ op: 'remove', path: '/webhooks/0/clientConfig/caBundle' }])}`,
    ]);

    const [after] = await until(30, installation.caBundles, ([first]) => first !== undefined);
    expect(after).toBe(before);
  });

  test('leaves no object in the cluster when it is uninstalled', async () => {
    const before = await installation.clusterObjects();
    await installation.remove();

    expect(before.filter((name) => name.endsWith('-self-managed-tls'))).toHaveLength(2);
    expect(await installation.clusterObjects()).toEqual([]);
  });

  async function authority(): Promise<string | undefined> {
    const { data } = await installation.home.get<KubeObject & { data: Record<string, string> }>(
      'secret/podherald-ca',
    );
    return data['tls.crt'];
  }
});
