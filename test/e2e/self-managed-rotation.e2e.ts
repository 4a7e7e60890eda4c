import { X509Certificate } from 'node:crypto';
import { expect } from 'vitest';
import { bundlesOf } from './self-managed/objects.ts';
import { startStream } from './self-managed/stream.ts';
import { test } from './self-managed/suite.ts';
import { until } from './until.ts';

const SECOND_MS = 1000;

/** These times renew the CA about every 28 s, and each serving certificate about every 9 s. */
test.override('timing', {
  caLifetimeMs: 45 * SECOND_MS,
  leafLifetimeMs: 15 * SECOND_MS,
  trustDelayMs: 2 * SECOND_MS,
  checkEveryMs: SECOND_MS,
  longestRetryMs: SECOND_MS,
  graceMs: 30 * SECOND_MS,
});

/** At this number, the CA has been renewed, and each replica has a second certificate of the new CA. */
const ENOUGH_CERTIFICATES = 5;

test('no create fails while the CA and the serving certificates are renewed', async ({
  installed,
}) => {
  const { configuration, namespace, replicas } = installed;
  const renewals = () =>
    replicas.flatMap(({ logLines }) =>
      logLines('renewed the CA; the old one stays trusted until it expires'),
    );
  const certificates = () =>
    replicas.map(({ logLines }) => logLines('serving a new certificate').length);
  const stream = await startStream(namespace.name);
  await until(
    120,
    () => bundlesOf(configuration.name),
    () => renewals().length > 0 && Math.min(...certificates()) >= ENOUGH_CERTIFICATES,
  );
  const { created, failed } = await stream.stop();
  console.log(
    `${created} creates with ${replicas.length} reviews each, ${failed.length} failed; renewals: CA ${renewals().length}, certificates ${certificates().join(', ')}`,
  );

  expect(failed).toEqual([]);
  expect(created).toBeGreaterThan(100);
  const [bundle = ''] = await bundlesOf(configuration.name);
  expect(new X509Certificate(bundle).ca).toBe(true);
});
