import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NO_IMAGE } from '../in-cluster.ts';
import { Installation } from '../installation.ts';
import { Namespace } from '../namespace.ts';
import { StreamOfCreates, summary } from '../stream-of-creates.ts';
import { until } from '../until.ts';

/** Of ten deletions, one had failed a create before spare connections were ended half-way. */
const TIMES = 30;

describe.skipIf(NO_IMAGE)('while replicas are deleted one after the other', () => {
  let namespace: Namespace;
  let installation: Installation;

  beforeAll(async () => {
    namespace = await Namespace.make();
    installation = await Installation.make([namespace.name]);
    await installation.apply(['--tls', 'files', '--failure-policy', 'Fail']);
    await installation.bringCertificate();
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
    for (let time = 0; time < TIMES; time += 1) {
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
