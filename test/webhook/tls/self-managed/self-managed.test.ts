import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CaSecretData } from '../../../../src/cluster/ca-secret.ts';
import { TIMING, type Timing } from '../../../../src/webhook/tls/self-managed/timing.ts';
import { makePair } from '../../../support/certificates.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, Replicas, SECOND_MS, trustedBy } from './replicas.ts';
import { badSecrets, ca, secretOf } from './secrets.ts';

const TWO_ENTRIES = ['', ''];
const BAD = await badSecrets();

/** Replicas that have run for an hour, with a configuration of two entries. */
async function running(count: number, seed = 1, timing?: Timing): Promise<Replicas> {
  const replicas = new Replicas(seed, timing);
  replicas.cluster.setBundles(TWO_ENTRIES);
  for (let each = 0; each < count; each++) replicas.start();
  await replicas.pass(HOUR_MS);
  return replicas;
}

function kinds(replicas: Replicas): string[] {
  return replicas.running.flatMap(({ events }) => events.map(({ is }) => is));
}

function caOf({ cluster }: Replicas): string {
  return new X509Certificate(cluster.secret?.value['tls.crt'] ?? '').fingerprint256;
}

function trustedIn({ cluster, time }: Replicas, entry = 0): string[] {
  const bundle = cluster.configuration?.value[entry] ?? '';
  return trustedBy(bundle, time.now()).map(({ fingerprint256 }) => fingerprint256);
}

/** All replicas serve certificates of the CA in the Secret, every entry trusts it, and no client was cut off. */
function expectWell(replicas: Replicas): void {
  const one = caOf(replicas);
  expect(replicas.authorities()).toEqual(replicas.running.map(() => one));
  expect(replicas.running.map((each) => each.isReady())).not.toContain(false);
  expect(trustedIn(replicas, 0)).toContain(one);
  expect(replicas.cluster.configuration?.value[1]).toBe(replicas.cluster.configuration?.value[0]);
  expect(replicas.cuts).toEqual([]);
}

describe('the first replica', () => {
  it('is ready within two seconds, because no other replica can be cut off', async () => {
    const replicas = new Replicas();
    replicas.cluster.setBundles(TWO_ENTRIES);
    const replica = replicas.start();
    await replicas.pass(3 * SECOND_MS);

    expect(replica.isReady()).toBe(true);
    expect(replica.events.map(({ is }) => is)).toEqual(['created', 'published']);
    expectWell(replicas);
  });

  it('waits for the configuration, says so, and goes on when it is applied', async () => {
    const replicas = new Replicas();
    const replica = replicas.start();
    await replicas.pass(HOUR_MS);

    expect(replica.isReady()).toBe(false);
    expect(replica.source.notReady?.()).toContain(
      'MutatingWebhookConfiguration: the configuration podherald does not exist',
    );
    expect(replica.events.filter(({ is }) => is === 'failed')).toHaveLength(1);

    replicas.cluster.setBundles(TWO_ENTRIES);
    await replicas.pass(15 * SECOND_MS);
    expect(replica.events.at(-1)).toMatchObject({ is: 'recovered' });
    expectWell(replicas);
  });

  it('reports a cluster that does not answer, and goes on when it does', async () => {
    const replicas = new Replicas();
    replicas.cluster.setBundles(TWO_ENTRIES);
    replicas.cluster.outage = new Error('403: may not get secrets');
    const replica = replicas.start();
    await replicas.pass(MINUTE_MS);
    expect(replica.source.notReady?.()).toContain('Secret: 403: may not get secrets');

    replicas.cluster.outage = undefined;
    await replicas.pass(30 * SECOND_MS);
    expectWell(replicas);
  });
});

describe('replicas that start at the same time', () => {
  it.each([1, 2, 3, 4, 5])('agree on one CA (seed %i)', async (seed) => {
    const replicas = await running(20, seed);

    expectWell(replicas);
    expect(kinds(replicas).filter((is) => is === 'created')).toHaveLength(1);
    expect(trustedIn(replicas)).toEqual([caOf(replicas)]);
  });
});

describe('a replica that starts later', () => {
  it('is ready at once if its CA has been trusted for long', async () => {
    const replicas = await running(2);
    const late = replicas.start();
    await replicas.pass(3 * SECOND_MS);

    expect(late.isReady()).toBe(true);
    expect(late.events).toMatchObject([{ is: 'adopted' }]);
  });

  it('waits if the CA is new and others serve certificates of the old one', async () => {
    const replicas = await running(2);
    replicas.cluster.setSecret(secretOf(await ca('2029-12-31', '2030-12-31')));
    await replicas.pass(2 * SECOND_MS);
    const late = replicas.start();
    await replicas.pass(4 * SECOND_MS);
    expect(late.isReady()).toBe(false);
    expect(late.source.notReady?.()).toContain('waiting until every API server trusts the new CA');

    await replicas.pass(TIMING.trustDelayMs);
    expectWell(replicas);
  });
});

describe('a deleted Secret', () => {
  it('is restored with the same CA, without an effect on clients', async () => {
    const replicas = await running(3);
    const before = caOf(replicas);
    replicas.cluster.setSecret(undefined);
    await replicas.pass(HOUR_MS);

    expect(caOf(replicas)).toBe(before);
    expect(kinds(replicas)).toContain('restored');
    expectWell(replicas);
  });

  it('gets a new CA if no replica knows the old one', async () => {
    const replicas = await running(3);
    const before = caOf(replicas);
    replicas.stop();
    replicas.cluster.setSecret(undefined);
    replicas.start();
    await replicas.pass(HOUR_MS);

    expect(caOf(replicas)).not.toBe(before);
    expect(trustedIn(replicas)).toEqual(expect.arrayContaining([before, caOf(replicas)]));
    expectWell(replicas);
  });

  it.each([1, 2, 3, 4, 5, 6])(
    'does not cut off running replicas if a new replica makes a CA first (seed %i)',
    async (seed) => {
      const replicas = await running(2, seed);
      replicas.cluster.setSecret(undefined);
      replicas.start();
      await replicas.pass(HOUR_MS);

      expectWell(replicas);
    },
  );
});

describe('a Secret that holds', () => {
  it.each(Object.keys(BAD))('%s is restored from memory', async (name) => {
    const replicas = await running(3);
    const before = caOf(replicas);
    replicas.cluster.setSecret(BAD[name] as CaSecretData);
    await replicas.pass(HOUR_MS);

    expect(caOf(replicas)).toBe(before);
    expectWell(replicas);
  });

  it.each(Object.keys(BAD))('%s gets a new CA if no replica runs', async (name) => {
    const replicas = new Replicas();
    replicas.cluster.setBundles(TWO_ENTRIES);
    replicas.cluster.setSecret(BAD[name] as CaSecretData);
    const replica = replicas.start();
    await replicas.pass(HOUR_MS);

    expect(replica.events).toMatchObject([{ is: 'created', why: expect.any(String) }, {}]);
    expectWell(replicas);
  });

  it('another CA of podherald, such as one from a backup, is adopted by all without a gap', async () => {
    const replicas = await running(3);
    const before = caOf(replicas);
    replicas.cluster.setSecret(secretOf(await ca('2029-12-01', '2030-12-01')));
    await replicas.pass(HOUR_MS);

    expect(caOf(replicas)).not.toBe(before);
    expect(trustedIn(replicas)).toEqual(expect.arrayContaining([before, caOf(replicas)]));
    expectWell(replicas);
  });
});

describe('a caBundle', () => {
  it.each<[string, (good: string) => readonly string[]]>([
    ['is emptied', () => ['', '']],
    ['is garbage', () => ['garbage', 'garbage']],
    ['has another certificate added', (good) => [`${good}-----BEGIN`, good]],
    ['is emptied in one entry', (good) => [good, '']],
    ['has one entry more', (good) => [good, good, '']],
    ['has one entry less', (good) => [good]],
  ])('that %s is repaired within seconds', async (_, change) => {
    const replicas = await running(3);
    const good = replicas.cluster.configuration?.value[0] ?? '';
    const bundles = change(good);
    replicas.cluster.setBundles(bundles);
    await replicas.pass(5 * SECOND_MS);

    expect(replicas.cluster.configuration?.value).toEqual(bundles.map(() => good));
    expect(replicas.cuts).toEqual([]);
    expect(replicas.running.every((each) => each.isReady())).toBe(true);
  });

  it('is repaired a few times a minute at most if another client always changes it back', async () => {
    const replicas = await running(1);
    const { cluster, time } = replicas;
    const before = cluster.writes.length;
    const spoil = (): void => {
      if (cluster.configuration?.value[0] !== '') cluster.setBundles(TWO_ENTRIES, 'cainjector');
      time.after(50, spoil);
    };
    spoil();
    await replicas.pass(10 * MINUTE_MS);

    expect(cluster.writes.length - before).toBeLessThanOrEqual(101);
    expect(cluster.writes.length - before).toBeGreaterThanOrEqual(90);
    expect(replicas.running[0]?.events.at(-1)).toMatchObject({
      is: 'failed',
      error: expect.stringContaining('field manager cainjector'),
    });
  });

  it.each([
    ['a CA of another source', async () => (await makePair()).cert],
    [
      'a CA of podherald that no Secret has',
      async () => (await ca('2029-12-01', '2030-12-01')).cert,
    ],
  ])('that holds %s stays as it is while the Secret cannot be read', async (_, make) => {
    const replicas = new Replicas();
    const bundles = [await make(), ''];
    replicas.cluster.setBundles(bundles);
    replicas.cluster.secretOutage = new Error('403: may not get secrets');
    replicas.start();
    await replicas.pass(HOUR_MS);
    expect(replicas.cluster.configuration?.value).toEqual(bundles);

    replicas.cluster.secretOutage = undefined;
    await replicas.pass(30 * SECOND_MS);
    expect(trustedIn(replicas)).toContain(caOf(replicas));
    expect(replicas.authorities()).toEqual([caOf(replicas)]);
  });

  it('that cannot be set makes replicas unready after a while, which say why', async () => {
    const replicas = await running(1);
    replicas.cluster.setBundles(undefined);
    await replicas.pass(20 * SECOND_MS);
    expect(replicas.running[0]?.isReady()).toBe(true);
    await replicas.pass(20 * SECOND_MS);
    expect(replicas.running[0]?.source.notReady?.()).toContain('podherald does not exist');

    replicas.cluster.setBundles(TWO_ENTRIES);
    await replicas.pass(15 * SECOND_MS);
    expectWell(replicas);
  });
});

describe('time', () => {
  it('passes, and in two years every CA and every certificate is renewed in time', async () => {
    const replicas = await running(2, 1, { ...TIMING, checkEveryMs: DAY_MS });
    const authorities = new Set<string>();
    const certificates = new Set<string>();
    for (let day = 0; day < 2 * 365; day++) {
      await replicas.pass(DAY_MS);
      authorities.add(caOf(replicas));
      certificates.add(replicas.running[0]?.source.get()?.cert ?? '');
      const expiries = replicas.running.map(({ source }) => expiry(source.get()?.cert ?? ''));
      const soonest = Math.min(...expiries) - replicas.time.nowMs;
      if (soonest < 1.2 * DAY_MS) throw new Error(`a certificate has only ${soonest} ms left`);
    }

    expectWell(replicas);
    // The first, and one every 243 days.
    expect(authorities.size).toBe(3);
    expect(certificates.size).toBeGreaterThan(730 / 6);
    expect(trustedIn(replicas).length).toBeLessThanOrEqual(2);
    expect(kinds(replicas).filter((is) => is === 'renewed')).toHaveLength(2);
  });

  it.each([6, 30, 55])(
    'differs by %i minutes between replicas, which still agree on every CA',
    async (minutes) => {
      const replicas = await running(1, 1, { ...TIMING, checkEveryMs: MINUTE_MS });
      replicas.start(minutes * MINUTE_MS);
      const { cluster, time } = replicas;
      const { validFromDate, validToDate } = new X509Certificate(
        cluster.secret?.value['tls.crt'] ?? '',
      );
      const lifeMs = validToDate.getTime() - validFromDate.getTime();
      const writesAround = async (atMs: number): Promise<string[]> => {
        time.skip(atMs - time.nowMs - 2 * HOUR_MS);
        const { length } = cluster.writes;
        await replicas.pass(4 * HOUR_MS);
        return cluster.writes.slice(length);
      };

      const renewed = await writesAround(validFromDate.getTime() + (lifeMs * 2) / 3);
      expect(renewed).toEqual(['replica 2: Secret', 'replica 2: caBundle']);

      const expired = await writesAround(validToDate.getTime());
      expect(expired).toEqual([expect.stringContaining('caBundle')]);
      expectWell(replicas);
    },
  );

  it('passes while the machine sleeps, and expired certificates are renewed when it wakes', async () => {
    const replicas = await running(2);
    for (const sleptMs of [8 * DAY_MS, 300 * DAY_MS, 400 * DAY_MS]) {
      replicas.time.skip(sleptMs);
      await replicas.pass(TIMING.checkEveryMs + 30 * SECOND_MS);
      expectWell(replicas);
    }
  });

  it('passes without an API server, and certificates are renewed until their CA expires', async () => {
    const replicas = await running(2, 1, {
      ...TIMING,
      checkEveryMs: HOUR_MS,
      longestRetryMs: HOUR_MS,
    });
    replicas.cluster.outage = new Error('ECONNREFUSED');
    await replicas.pass(20 * DAY_MS);

    expect(replicas.running.every((each) => each.isReady())).toBe(true);
    expect(replicas.cuts).toEqual([]);

    replicas.cluster.outage = undefined;
    await replicas.pass(HOUR_MS);
    expectWell(replicas);
  });
});

describe('a stopped source', () => {
  it('changes nothing any more', async () => {
    const replicas = await running(1);
    replicas.stop();
    replicas.cluster.setSecret(undefined);
    await replicas.pass(DAY_MS);

    expect(replicas.cluster.secret).toBeUndefined();
  });
});

function expiry(pem: string): number {
  return new Date(new X509Certificate(pem).validTo).getTime();
}
