import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CaSecretData } from '../../../../src/cluster/ca-secret.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, Replicas, SECOND_MS } from './replicas.ts';
import { badSecrets, ca, secretOf } from './secrets.ts';

const SECRETS: readonly CaSecretData[] = [
  ...Object.values(await badSecrets()),
  secretOf(await ca('2029-12-01', '2030-12-01')),
  secretOf(await ca('2029-06-01', '2030-06-01')),
];

/** What may happen to replicas and their objects. Each starts before the previous one is over. */
const incident = fc.oneof(
  fc.constant({ is: 'start' } as const),
  fc.constant({ is: 'kill' } as const),
  fc.constant({ is: 'delete Secret' } as const),
  fc.record({ is: fc.constant('change Secret' as const), to: fc.constantFrom(...SECRETS) }),
  fc.constant({ is: 'empty caBundle' } as const),
  fc.constant({ is: 'add entry' } as const),
  fc.constant({ is: 'outage' } as const),
  fc.constant({ is: 'sleep' } as const),
);
const step = fc.record({
  incident,
  thenMs: fc.constantFrom(0, 100, 500, SECOND_MS, 5 * SECOND_MS, 11 * SECOND_MS, MINUTE_MS, DAY_MS),
});

type Incident = typeof incident extends fc.Arbitrary<infer T> ? T : never;

async function meet(replicas: Replicas, { is, ...more }: Incident): Promise<void> {
  const { cluster, running, time } = replicas;
  const bundles = cluster.configuration?.value ?? [];
  const [first] = running;
  if (is === 'start') replicas.start();
  if (is === 'kill' && first !== undefined && running.length > 1) replicas.kill(first);
  if (is === 'delete Secret') cluster.setSecret(undefined);
  if (is === 'change Secret' && 'to' in more) cluster.setSecret(more.to);
  if (is === 'empty caBundle') cluster.setBundles(bundles.map(() => ''));
  if (is === 'add entry') cluster.setBundles([...bundles, '']);
  if (is === 'sleep') time.skip(6 * DAY_MS);
  if (is !== 'outage') return;
  cluster.outage = new Error('ECONNREFUSED');
  await replicas.pass(20 * SECOND_MS);
  cluster.outage = undefined;
}

it('no client is cut off whatever happens in whatever order, and all works an hour later', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(step, { maxLength: 8 }), async (seed, steps) => {
      const replicas = new Replicas(seed);
      replicas.cluster.setBundles(['', '']);
      replicas.start();
      replicas.start();
      await replicas.pass(SECOND_MS);
      for (const { incident: each, thenMs } of steps) {
        await meet(replicas, each);
        await replicas.pass(thenMs);
      }
      await replicas.pass(HOUR_MS + 12 * HOUR_MS);

      expect(replicas.cuts).toEqual([]);
      expect(new Set(replicas.authorities()).size).toBe(1);
      expect(replicas.authorities()).not.toContain('nobody');
      expect(replicas.running.every((each) => each.isReady())).toBe(true);
      expect(new Set(replicas.cluster.configuration?.value).size).toBe(1);
      replicas.stop();
    }),
    { numRuns: 40, endOnFailure: true },
  );
});
