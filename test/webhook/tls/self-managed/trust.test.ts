import { describe, expect, it } from 'vitest';
import { readCaCertificates } from '../../../../src/webhook/tls/self-managed/ca-certificate.ts';
import { Trust } from '../../../../src/webhook/tls/self-managed/trust-keeper.ts';
import { ca } from './secrets.ts';

const DELAY_MS = 10_000;
const [old, young] = readCaCertificates(
  (await ca('2029-08-01', '2030-08-01')).cert + (await ca('2030-05-01', '2031-05-01')).cert,
) as [never, never];

function at(second: number): Date {
  return new Date(Date.parse('2030-06-01T00:00:00Z') + second * 1000);
}

describe('a CA', () => {
  it('may not be used unless every entry trusts it', () => {
    const trust = new Trust(DELAY_MS);
    trust.seen([], at(0));
    expect(trust.waitMs(old, at(60), true)).toBeUndefined();
    trust.seen([[old, young], [old]], at(60));
    expect(trust.has(young)).toBe(false);
    expect(trust.waitMs(young, at(600), true)).toBeUndefined();
    expect(trust.waitMs(old, at(600), true)).toBe(0);
  });

  it('beside another one may be used some seconds after it was read for the first time', () => {
    const trust = new Trust(DELAY_MS);
    trust.seen([[old]], at(0));
    trust.seen([[old, young]], at(60));
    expect(trust.waitMs(young, at(60), true)).toBe(10_000);
    trust.seen([[old, young]], at(66));
    expect(trust.waitMs(young, at(66), true)).toBe(4_000);
    expect(trust.waitMs(young, at(70), true)).toBe(0);
  });

  it('beside another one may be used some seconds after this replica has written it', () => {
    const trust = new Trust(DELAY_MS);
    trust.seen([[old]], at(0));
    trust.written([young, old], at(60));
    expect(trust.waitMs(young, at(61), true)).toBe(9_000);
    expect(trust.waitMs(old, at(61), true)).toBe(0);
  });

  it('waits again if it was removed and added beside another one', () => {
    const trust = new Trust(DELAY_MS);
    trust.seen([[old, young]], at(0));
    trust.seen([[old]], at(60));
    trust.seen([[old, young]], at(61));
    expect(trust.waitMs(young, at(61), true)).toBe(10_000);
  });

  it.each([
    ['has not been changed for long', -3600, 0],
    ['was changed a moment ago', -3, 7_000],
    ['was changed in the future, by its clock', 3600, 10_000],
  ])(
    'that a replica finds at its start waits as long as the configuration %s',
    (_, changed, waits) => {
      const trust = new Trust(DELAY_MS);
      trust.seen([[old, young]], at(0), at(changed));
      expect(trust.waitMs(young, at(0), true)).toBe(waits);
    },
  );

  it('may be used at once if no other CA is trusted', () => {
    const [found, written] = [new Trust(DELAY_MS), new Trust(DELAY_MS)];
    found.seen([[young], [young]], at(0), at(0));
    expect(found.waitMs(young, at(0), false)).toBe(0);
    written.seen([[], []], at(0), at(0));
    written.written([young], at(0));
    expect(written.waitMs(young, at(0), false)).toBe(0);
  });

  it('waits even then if a certificate of another one is served', () => {
    const trust = new Trust(DELAY_MS);
    trust.seen([[old]], at(0));
    trust.seen([[]], at(60));
    trust.written([young, old], at(60));
    expect(trust.waitMs(young, at(60), true)).toBe(10_000);
  });

  it('waits no longer if the clock is set back', () => {
    const trust = new Trust(DELAY_MS);
    trust.seen([[old, young]], at(3600));
    expect(trust.waitMs(young, at(0), true)).toBe(10_000);
  });
});
