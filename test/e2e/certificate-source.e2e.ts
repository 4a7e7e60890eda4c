import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NO_IMAGE } from './in-cluster.ts';
import { Installation } from './installation.ts';
import { Namespace } from './namespace.ts';
import { NO_CERT_MANAGER } from './no-cert-manager.ts';
import { StreamOfCreates, summary } from './stream-of-creates.ts';

const SELF_MANAGED = ['--tls', 'self-managed', '--failure-policy'];
const CERT_MANAGER = ['--tls', 'cert-manager', '--failure-policy'];

/** As docs/operations.md says: under Ignore, as replicas of both sources serve until the rollout ends. */
describe.skipIf(NO_IMAGE || NO_CERT_MANAGER)('another source of certificates', () => {
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
    ['cert-manager', SELF_MANAGED, CERT_MANAGER],
    ['self-managed again', CERT_MANAGER, SELF_MANAGED],
  ])('fails no create: %s', async (_, before, after) => {
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

    const refused = creates.failed.filter(({ message }) => message !== 'not injected');
    console.log(`${creates.count} creates\n${summary(creates.failed, startedAtMs)}`);
    expect(summary(refused, startedAtMs)).toBe('');
    expect(
      summary(
        creates.failed.filter((failed) => failed.startedAtMs > reachedAtMs),
        reachedAtMs,
      ),
    ).toBe('');
  });
});
