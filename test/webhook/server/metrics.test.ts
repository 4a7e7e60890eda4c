import { describe, expect, it } from 'vitest';
import { OUTCOMES } from '../../../src/core/admission/mutation.ts';
import { REASONS } from '../../../src/core/decision/reasons.ts';
import { makePod, REQUESTING_POD } from '../../support/review.ts';
import { applyStrictly } from '../../support/strict-json-patch.ts';
import { operationsOf, webhookDoor } from '../../support/webhook-door.ts';

/** The samples of a metric, without those of other metrics with the same prefix. */
function samples(text: string, name: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

describe('podherald_reviews_total', () => {
  it('counts reviews by outcome and reason', async () => {
    const door = webhookDoor();
    const response = await door.review(REQUESTING_POD);
    await door.review(applyStrictly(REQUESTING_POD, operationsOf(response)));
    await door.review(makePod({}));
    await door.review(makePod({}));
    await door.review(makePod({ 'inject-metadata': 'false' }));
    await door.review(makePod({ 'inject-metadata': '' }));

    const counted = samples(await door.metrics(), 'podherald_reviews_total');
    expect(counted.filter((sample) => !sample.endsWith(' 0')).toSorted()).toEqual([
      'podherald_reviews_total{outcome="denied",reason="invalid_value"} 1',
      'podherald_reviews_total{outcome="injected",reason=""} 1',
      'podherald_reviews_total{outcome="skipped",reason="not_requested"} 2',
      'podherald_reviews_total{outcome="skipped",reason="opted_out"} 1',
      'podherald_reviews_total{outcome="unchanged",reason=""} 1',
    ]);
  });

  // increase() of a series that starts with 1 is 0: an alert would miss the first failure.
  it('counts failures from 0 on, for each of their reasons', async () => {
    const failures = Object.entries(REASONS).filter(([, { kind }]) => kind === 'failure');

    expect(samples(await webhookDoor().metrics(), 'podherald_reviews_total')).toEqual(
      failures.map(
        ([reason]) => `podherald_reviews_total{outcome="failed_open",reason="${reason}"} 0`,
      ),
    );
  });

  it('has no label with text from a pod', async () => {
    const door = webhookDoor();
    const words = ['true', 'hunter2=x', 'default,hunter2', '"} 1\nfake 1', ''];
    for (const word of words) {
      const containers = [{ name: 'hunter2', env: [{ name: 'POD_NAME', value: 'hunter2' }] }];
      const pod = makePod({ 'inject-metadata': word, 'podherald.dev/hunter2': '' }, { containers });
      await door.review(pod, { namespace: 'hunter2', resource: { resource: 'pods' } });
    }
    await door.review(REQUESTING_POD, { resource: { resource: 'hunter2' }, operation: 'hunter2' });
    const text = await door.metrics();

    expect(text).not.toMatch(/hunter2|fake/);
    for (const sample of samples(text, 'podherald_reviews_total')) {
      const [, outcome, reason] = /\{outcome="(\w+)",reason="(\w*)"\}/.exec(sample) ?? [];
      expect(Object.keys(OUTCOMES)).toContain(outcome);
      expect(['', ...Object.keys(REASONS)]).toContain(reason);
    }
  });
});

describe('podherald_review_duration_seconds', () => {
  it('is a histogram from 0.1 ms to 1 s, with one observation for each review', async () => {
    const door = webhookDoor();
    await door.review(REQUESTING_POD);
    await door.review(makePod({}));
    const text = await door.metrics();
    const buckets = samples(text, 'podherald_review_duration_seconds_bucket');

    expect(samples(text, 'podherald_review_duration_seconds_count')).toEqual([
      'podherald_review_duration_seconds_count 2',
    ]);
    expect(buckets[0]).toContain('le="0.0001"');
    expect(buckets.at(-2)).toContain('le="1"');
    expect(buckets.at(-1)).toBe('podherald_review_duration_seconds_bucket{le="+Inf"} 2');
  });
});

describe('podherald_injections_total', () => {
  it('counts what was added to pods, by kind', async () => {
    const door = webhookDoor();
    await door.review(REQUESTING_POD);
    await door.review(
      makePod({ 'inject-metadata': 'true' }, { containers: [{ name: 'a' }, { name: 'b' }] }),
    );

    expect(samples(await door.metrics(), 'podherald_injections_total')).toEqual([
      'podherald_injections_total{kind="env"} 21',
      'podherald_injections_total{kind="volume"} 3',
    ]);
  });

  it('does not count pods without an injection', async () => {
    const door = webhookDoor();
    await door.review(makePod({}));
    await door.review(makePod({ 'inject-metadata': 'maybe not' }));

    expect(samples(await door.metrics(), 'podherald_injections_total')).toEqual([]);
  });
});
