import { X509Certificate } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { bundlesOf } from './self-managed/configuration.ts';
import { startStream } from './self-managed/stream.ts';
import { test } from './self-managed/suite.ts';

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

const STREAM_SECONDS = 100;

test('CA and certificates are rotated under a stream of creates, and not one of them fails', async ({
  installed,
}) => {
  const { configuration, namespace, replicas } = installed;
  const stream = await startStream(namespace.name);
  await delay(STREAM_SECONDS * SECOND_MS);
  const { created, failed } = await stream.stop();
  const renewed = replicas.flatMap(({ told }) =>
    told('the CA was renewed; the old one stays trusted until it expires'),
  );
  const certificates = replicas.map(({ told }) => told('serving a new certificate').length);
  console.log(
    `${created} creates of ${replicas.length} reviews each, ${failed.length} failed; the CA was renewed ${renewed.length} times, certificates ${certificates.join(', ')} times`,
  );

  expect(failed).toEqual([]);
  expect(created).toBeGreaterThan(100);
  expect(renewed.length).toBeGreaterThanOrEqual(2);
  for (const count of certificates) expect(count).toBeGreaterThanOrEqual(6);
  const [bundle = ''] = await bundlesOf(configuration.name);
  expect(new X509Certificate(bundle).ca).toBe(true);
});
