import { X509Certificate } from 'node:crypto';
import { expect } from 'vitest';
import { bundlesOf } from './self-managed/configuration.ts';
import { startStream } from './self-managed/stream.ts';
import { test } from './self-managed/suite.ts';
import { until } from './until.ts';

const SECOND_MS = 1000;

/** A CA is renewed every 28 s or so, each serving certificate every 9 s. */
test.override('timing', {
  caLifetimeMs: 45 * SECOND_MS,
  leafLifetimeMs: 15 * SECOND_MS,
  trustDelayMs: 2 * SECOND_MS,
  checkEveryMs: SECOND_MS,
  longestRetryMs: SECOND_MS,
  graceMs: 30 * SECOND_MS,
});

/** By then the CA has been renewed, and each replica serves its second certificate of the new one. */
const ENOUGH_CERTIFICATES = 5;

test('CA and certificates are rotated under a stream of creates, and not one of them fails', async ({
  installed,
}) => {
  const { configuration, namespace, replicas } = installed;
  const renewals = () =>
    replicas.flatMap(({ told }) =>
      told('renewed the CA; the old one stays trusted until it expires'),
    );
  const certificates = () => replicas.map(({ told }) => told('serving a new certificate').length);
  const stream = await startStream(namespace.name);
  await until(
    120,
    () => bundlesOf(configuration.name),
    () => renewals().length > 0 && Math.min(...certificates()) >= ENOUGH_CERTIFICATES,
  );
  const { created, failed } = await stream.stop();
  console.log(
    `${created} creates of ${replicas.length} reviews each, ${failed.length} failed; the CA was renewed ${renewals().length} times, certificates ${certificates().join(', ')} times`,
  );

  expect(failed).toEqual([]);
  expect(created).toBeGreaterThan(100);
  const [bundle = ''] = await bundlesOf(configuration.name);
  expect(new X509Certificate(bundle).ca).toBe(true);
});
