import { describe, expect, it } from 'vitest';
import type { Profile } from '../../../src/core/decision/profiles.ts';
import { metadataPod, rulesWithProfile, sentencesFor } from '../pods.ts';

const MEMORY: Profile = {
  env: [{ name: 'MEMORY', source: { resource: 'limits.memory', divisor: '1' } }],
  files: [],
};
const MEMORY_RULES = rulesWithProfile(MEMORY, 'go');
const LIMITED = { limits: { memory: '8Mi' } };

describe('plan()', () => {
  it('warns once about a limit that no container sets', () => {
    expect(sentencesFor(metadataPod({ name: 'a' }, { name: 'b' }), MEMORY_RULES)).toEqual([
      'container a has no limits.memory: MEMORY will show the allocatable amount of the node',
    ]);
  });

  it('does not warn about limits that only the profile default shows', () => {
    expect(sentencesFor(metadataPod({ name: 'a' }))).toEqual([]);
  });

  it('does not warn about a limit that the container sets', () => {
    const pod = metadataPod({ name: 'a', resources: LIMITED });
    expect(sentencesFor(pod, MEMORY_RULES)).toEqual([]);
  });

  it('does not warn about a limit that the pod sets', () => {
    const pod = metadataPod({ name: 'a' });
    const limited = { ...pod, spec: { ...pod.spec, resources: LIMITED } };
    expect(sentencesFor(limited, MEMORY_RULES)).toEqual([]);
  });

  it('does not warn about a missing limit of huge pages, which is 0', () => {
    const source = { resource: 'limits.hugepages-2Mi', divisor: '1' };
    const rules = rulesWithProfile({ env: [{ name: 'HUGE', source }], files: [] }, 'huge');
    expect(sentencesFor(metadataPod({ name: 'a' }), rules)).toEqual([]);
  });
});
