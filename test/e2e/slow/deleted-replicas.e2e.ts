import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Installation } from '../installation.ts';
import { Namespace } from '../namespace.ts';
import { NO_IMAGE } from '../podherald-pod.ts';
import { StreamOfCreates, summary } from '../stream-of-creates.ts';
import { until } from '../until.ts';

/**
 * Enough to notice a failure that happens at one of ten deletions. That was the rate before a
 * replica that shuts down half-closed its idle connections.
 */
const DELETIONS = 30;

describe.skipIf(NO_IMAGE)('while replicas are deleted one after another', () => {
  let namespace: Namespace;
  let installation: Installation;

  beforeAll(async () => {
    namespace = await Namespace.make();
    installation = await Installation.make([namespace.name]);
    await installation.apply(['--tls', 'files', '--failure-policy', 'Fail']);
    await installation.provideCertificate();
    await installation.ready();
    await installation.reached(namespace);
  });

  afterAll(async () => {
    await installation?.remove('--wait=false');
    await namespace?.remove();
  });

  test('no create fails', async () => {
    const creates = await StreamOfCreates.start(namespace);
    const startedAtMs = performance.now();
    await creates.more(50);
    for (let deletion = 0; deletion < DELETIONS; deletion += 1) {
      await installation.home.run(['delete', 'pod', await installation.busiest()]);
      await installation.ready();
      await until(
        60,
        () => installation.podNames(),
        ({ length }) => length === 2,
      );
      await creates.more(50);
    }
    await creates.stop();

    console.log(`${creates.count} creates, ${creates.failed.length} failed`);
    expect(summary(creates.failed, startedAtMs)).toBe('');
  });
});
