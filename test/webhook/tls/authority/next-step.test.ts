import { describe, expect, it } from 'vitest';
import {
  type Authority,
  type CaState,
  readAuthority,
} from '../../../../src/webhook/tls/authority/ca-state.ts';
import { nextStep } from '../../../../src/webhook/tls/authority/next-step.ts';
import { ca, secretOf } from './secrets.ts';

const NOW = new Date('2030-06-01T00:00:00Z');

async function authority(from: string, to: string): Promise<Authority> {
  const read = readAuthority(secretOf(await ca(from, to)), NOW);
  if (typeof read === 'string') throw new Error(read);
  return read;
}

const [stored, held, due] = [
  await authority('2030-05-01', '2031-05-01'),
  await authority('2030-04-01', '2031-04-01'),
  await authority('2029-08-01', '2030-08-01'),
];
const good: CaState = { is: 'good', authority: stored, trusted: [stored] };
const old: CaState = { is: 'due', authority: due, trusted: [due] };
const absent: CaState = { is: 'absent', why: 'there is none', trusted: [] };
const unusable: CaState = { is: 'unusable', why: 'garbage', trusted: [] };

describe('what a replica does about the Secret', () => {
  it.each<[string, CaState, Authority | undefined, Authority[], string, Authority | undefined]>([
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
    if (step.do !== 'make') expect(step.authority).toBe(which);
  });
});
