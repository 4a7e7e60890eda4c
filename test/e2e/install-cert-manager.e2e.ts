import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasCertManager, Installation } from './installation.ts';
import { Namespace } from './namespace.ts';

import type { KubeObject } from './objects.ts';
import { NO_IMAGE } from './podherald-pod.ts';
import { StreamOfCreates, summary } from './stream-of-creates.ts';
import { until } from './until.ts';

const FLAGS = ['--tls', 'cert-manager', '--failure-policy', 'Fail'];

describe.skipIf(NO_IMAGE || !(await hasCertManager()))('an installation with cert-manager', () => {
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

  test('serves the issued certificate, and its CA is the caBundle', async () => {
    const [caBundle] = await until(30, installation.caBundles, ([first]) => first !== undefined);
    await installation.reached(namespace);

    expect(caBundle).toBe((await secret())['ca.crt']);
  });

  test('keeps the caBundle when its manifests are applied again', async () => {
    const before = await installation.caBundles();
    await installation.apply(FLAGS);
    await installation.apply(FLAGS, '--server-side');

    expect(await installation.caBundles()).toEqual(before);
  });

  test('fails no create while certificates are renewed', async () => {
    const first = await expiries();
    const creates = await StreamOfCreates.start(namespace);
    const startedAtMs = performance.now();
    // Lifetime of an hour, the shortest that cert-manager allows, with a renewal after 20 seconds.
    const spec = { duration: '1h', renewBefore: '59m40s' };
    await installation.home.run([
      ...['patch', 'certificate', 'podherald', '--type=merge'],
      `--patch=${JSON.stringify({ spec })}`,
    ]);
    const second = await untilServed((expiry) => !first.includes(expiry));
    const third = await untilServed(
      (expiry) => !first.includes(expiry) && !second.includes(expiry),
    );
    await creates.more(20);
    await creates.stop();

    console.log(`${creates.count} creates, ${creates.failed.length} failed, served ${third}`);
    expect(summary(creates.failed, startedAtMs)).toBe('');
  });

  test('fails no create when the Secret is deleted and cert-manager issues a new certificate', async () => {
    const first = await expiries();
    const creates = await StreamOfCreates.start(namespace);
    const startedAtMs = performance.now();
    await installation.home.run(['delete', 'secret', 'podherald-tls']);
    await untilServed((expiry) => !first.includes(expiry));
    await creates.more(20);
    await creates.stop();

    expect(summary(creates.failed, startedAtMs)).toBe('');
  });

  async function secret(): Promise<Record<string, string>> {
    const { data } = await installation.home.get<KubeObject & { data: Record<string, string> }>(
      'secret/podherald-tls',
    );
    return data;
  }

  /** Returns when the certificate of each replica expires, in seconds since 1970. */
  async function expiries(): Promise<number[]> {
    const metrics = (await installation.podNames()).map((name) => installation.metrics(name));
    return (await Promise.all(metrics)).map((text) =>
      Number(/^podherald_certificate_expiry_timestamp_seconds (\S+)$/m.exec(text)?.[1]),
    );
  }

  /** Waits until the certificates of all replicas have such an expiry time. */
  async function untilServed(isExpected: (expiry: number) => boolean): Promise<number[]> {
    return until(120, updatedExpiries, (found) => found.every(isExpected));
  }

  /** Changes the pods, so that kubelet updates their mounted Secrets at once instead of in a minute. */
  async function updatedExpiries(): Promise<number[]> {
    const pods = ['pods', '--selector=app.kubernetes.io/name=podherald'];
    await installation.home.run([
      'annotate',
      ...pods,
      '--overwrite',
      `e2e/now=${performance.now()}`,
    ]);
    return expiries();
  }
});
