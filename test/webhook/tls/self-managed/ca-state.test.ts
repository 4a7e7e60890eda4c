import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCaCertificates } from '../../../../src/webhook/tls/self-managed/ca-certificate.ts';
import {
  type Ca,
  type CaState,
  caState,
  nextStep,
  readCa,
} from '../../../../src/webhook/tls/self-managed/ca-state.ts';
import { isExpired, needsRenewal } from '../../../../src/webhook/tls/self-managed/timing.ts';
import { badSecrets, ca, secretOf } from './secrets.ts';

const NOW = new Date('2030-06-01T00:00:00Z');
const BAD = await badSecrets();

describe('the Secret of the CA', () => {
  it('is absent if it does not exist', () => {
    expect(caState(undefined, NOW)).toMatchObject({ is: 'absent', trusted: [] });
  });

  it.each(Object.keys(BAD))('is unusable with %s', (name) => {
    expect(caState(BAD[name], NOW)).toMatchObject({ is: 'unusable', why: expect.any(String) });
  });

  it.each(Object.keys(BAD))('is reported without its key, with %s', (name) => {
    const line = BAD[name]?.['tls.key']?.split('\n')[1] ?? 'no key at all';
    const { trusted, ...state } = caState(BAD[name], NOW);

    expect(JSON.stringify(state)).not.toContain(line);
  });

  it.each([
    ['just before two thirds of its lifetime', '2030-07-02', 'good'],
    ['just after two thirds of its lifetime', '2030-07-03', 'due'],
    ['at its expiry', '2030-10-01', 'due'],
    ['after its expiry', '2030-10-02', 'unusable'],
    ['before its notBefore', '2029-12-31', 'unusable'],
  ])('with a CA %s is at %s %s', async (_, day, is) => {
    // 274 days from 1 January to 2 October, of which two thirds are over at 02:40 on 2 July… in UTC.
    const data = secretOf(await ca('2030-01-01T00:00:00Z', '2030-10-01T12:00:00Z'));

    expect(caState(data, new Date(`${day}T00:00:00Z`)).is).toBe(is);
  });

  it('is good whatever ca.crt holds, with the valid CAs of podherald in it', async () => {
    const [own, former, past] = [
      await ca('2030-05-01', '2031-05-01'),
      await ca('2029-08-01', '2030-08-01'),
      await ca('2028-08-01', '2029-08-01'),
    ];
    const data = secretOf(own, `garbage\n${former.cert}\r\n${past.cert}garbage${own.cert}`);
    const state = caState(data, NOW);

    expect(state).toMatchObject({ is: 'good', ca: { pem: normal(own.cert) } });
    expect(state.trusted.map(({ pem }) => pem)).toEqual([former.cert, own.cert].map(normal));
  });
});

describe('a certificate', () => {
  const life = fc
    .record({ from: fc.nat(4e9), lifeSeconds: fc.integer({ min: 3, max: 4e8 }) })
    .map(({ from, lifeSeconds }) => ({
      notBefore: new Date(from * 1000),
      notAfter: new Date((from + lifeSeconds) * 1000),
    }));

  it('needs renewal once two thirds of its lifetime are over', () => {
    fc.assert(
      fc.property(life, fc.double({ min: 0, max: 3, noNaN: true }), (of, share) => {
        const lifeMs = of.notAfter.getTime() - of.notBefore.getTime();
        const now = new Date(of.notBefore.getTime() + lifeMs * share);
        if (Math.abs(share - 2 / 3) < 1e-3) return;
        expect(needsRenewal(of, now)).toBe(share > 2 / 3);
        if (isExpired(of, now)) expect(needsRenewal(of, now)).toBe(true);
      }),
    );
  });
});

function normal(pem: string): string {
  return readCaCertificates(pem)[0]?.pem ?? '';
}

async function caOf(from: string, to: string): Promise<Ca> {
  const read = readCa(secretOf(await ca(from, to)), NOW);
  if (typeof read === 'string') throw new Error(read);
  return read;
}

const [stored, held, due] = [
  await caOf('2030-05-01', '2031-05-01'),
  await caOf('2030-04-01', '2031-04-01'),
  await caOf('2029-08-01', '2030-08-01'),
];
const good: CaState = { is: 'good', ca: stored, trusted: [stored] };
const old: CaState = { is: 'due', ca: due, trusted: [due] };
const absent: CaState = { is: 'absent', why: 'there is none', trusted: [] };
const unusable: CaState = { is: 'unusable', why: 'garbage', trusted: [] };

describe('what a replica does about the Secret', () => {
  it.each<[string, CaState, Ca | undefined, Ca[], string, Ca | undefined]>([
    ['good, nothing in memory', good, undefined, [], 'adopt', stored],
    ['good, another CA in memory', good, held, [], 'adopt', stored],
    ['good, but ca.crt lacks what is served', good, stored, [held], 'amend', stored],
    ['good, but ca.crt is empty', { ...good, trusted: [] }, stored, [], 'amend', stored],
    ['due, nothing in memory', old, undefined, [], 'make', undefined],
    ['due, the same in memory', old, due, [due], 'make', undefined],
    ['due, a better one in memory', old, held, [held], 'restore', held],
    ['absent, nothing in memory', absent, undefined, [], 'make', undefined],
    ['absent, a good one in memory', absent, held, [held], 'restore', held],
    ['absent, a due one in memory', absent, due, [due], 'make', undefined],
    ['unusable, nothing in memory', unusable, undefined, [], 'make', undefined],
    ['unusable, a good one in memory', unusable, held, [held], 'restore', held],
  ])('%s', (_, state, inMemory, needed, does, which) => {
    const step = nextStep(state, inMemory, needed, NOW);

    expect(step.do).toBe(does);
    if (step.do !== 'make') expect(step.ca).toBe(which);
  });
});
