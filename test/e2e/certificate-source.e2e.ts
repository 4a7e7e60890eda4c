import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasCertManager, Installation } from './installation.ts';
import { Namespace } from './namespace.ts';

import { NO_IMAGE } from './podherald-pod.ts';
import { StreamOfCreates, summary } from './stream-of-creates.ts';

const SELF_MANAGED = ['--tls', 'self-managed', '--failure-policy'];
const CERT_MANAGER = ['--tls', 'cert-manager', '--failure-policy'];

/**
 * As docs/operations.md describes: with failurePolicy Ignore, because replicas with certificates of
 * both sources serve until the rollout is complete.
 */
describe.skipIf(NO_IMAGE || !(await hasCertManager()))('a change of the certificate source', () => {
  let namespace: Namespace;
  let installation: Installation;

  beforeAll(async () => {
    namespace = await Namespace.make();
    installation = await Installation.make([namespace.name]);
    await installation.apply([...SELF_MANAGED, 'Fail']);
    await installation.ready();
    await installation.reached(namespace);
  });

  afterAll(async () => {
    await installation?.remove('--wait=false');
    await namespace?.remove();
  });

  test.each([
    ['self-managed to cert-manager', SELF_MANAGED, CERT_MANAGER],
    ['cert-manager to self-managed', CERT_MANAGER, SELF_MANAGED],
  ])('from %s fails no create', async (_, before, after) => {
    const creates = await StreamOfCreates.start(namespace);
    const startedAtMs = performance.now();
    await installation.apply([...before, 'Ignore']);
    await installation.apply([...after, 'Ignore']);
    await installation.ready();
    await installation.reached(namespace);
    const reachedAtMs = performance.now();
    await installation.apply([...after, 'Fail']);
    await creates.more(50);
    await creates.stop();

    const rejected = creates.failed.filter(({ message }) => message !== 'not injected');
    console.log(`${creates.count} creates\n${summary(creates.failed, startedAtMs)}`);
    expect(summary(rejected, startedAtMs)).toBe('');
    expect(
      summary(
        creates.failed.filter((failed) => failed.startedAtMs > reachedAtMs),
        reachedAtMs,
      ),
    ).toBe('');
  });
});
