import * as fc from 'fast-check';
import jsonpatch, { type Operation } from 'fast-json-patch';
import { expect, it } from 'vitest';
import { mutate } from '../../../src/core/admission/mutate.ts';
import type { Json } from '../../../src/core/api/json.ts';
import { defaultRules, type Rules } from '../../../src/core/decision/rules.ts';
import { arbitraryPod } from '../../support/arbitrary-pod.ts';
import { losses } from '../../support/only-adds.ts';
import { applyStrictly } from '../../support/strict-json-patch.ts';

const FIELDS_ONLY: Rules = {
  ...defaultRules('test'),
  profiles: new Map([
    [
      'default',
      {
        env: [
          { name: 'GREETING', source: { literal: 'hello $(POD_NAME)' } },
          { name: 'POD_NAME', source: { fieldRef: 'metadata.name' } },
        ],
        files: [{ path: 'podName', source: { fieldRef: 'metadata.name' } }],
      },
    ],
  ]),
};

const anyRules = fc.constantFrom(defaultRules('test'), FIELDS_ONLY);
const SHOP = { name: 'shop' };

function check(promise: (pod: Json, rules: Rules) => void): void {
  fc.assert(fc.property(arbitraryPod, anyRules, promise), { numRuns: 1000 });
}

it('makes a patch that a strict reader applies as fast-json-patch does', () => {
  check((pod, rules) => {
    const { operations } = mutate(pod, SHOP, rules);
    const copy: Json = structuredClone(pod);
    const applied = jsonpatch.applyPatch(copy, operations as Operation[], true).newDocument;
    expect(applyStrictly(pod, operations)).toEqual(applied);
  });
});

it('only adds: every old value and its order stay', () => {
  check((pod, rules) => {
    const { operations } = mutate(pod, SHOP, rules);
    const isStatus = (path: string): boolean => path.endsWith('podherald.dev~1status');
    const before = structuredClone(pod) as { metadata: { annotations: Record<string, string> } };
    if (operations.some(({ path }) => isStatus(path))) {
      delete before.metadata.annotations['podherald.dev/status'];
    }
    expect(losses(before as unknown as Json, applyStrictly(pod, operations))).toEqual([]);
  });
});

it('has nothing left to do the second time', () => {
  check((pod, rules) => {
    const after = applyStrictly(pod, mutate(pod, SHOP, rules).operations);
    expect(mutate(after, SHOP, rules).operations).toEqual([]);
  });
});

it('gives a container that comes later its own, and the others nothing more', () => {
  check((pod, rules) => {
    const once = applyStrictly(pod, mutate(pod, SHOP, rules).operations);
    const late = { name: 'late', image: 'late' };
    const meshed = applyStrictly(once, [{ op: 'add', path: '/spec/containers/0', value: late }]);
    const again = mutate(meshed, SHOP, rules).operations;
    const elsewhere = again.filter(
      ({ path }) =>
        !path.startsWith('/spec/containers/0/') &&
        !path.startsWith('/spec/volumes') &&
        !path.startsWith('/metadata/annotations'),
    );
    expect(elsewhere).toEqual([]);
    expect(again.some(({ path }) => path === '/spec/containers/0/env')).toBe(true);
  });
});

it('never fails, and never touches its input', () => {
  check((pod, rules) => {
    const before = structuredClone(pod);
    expect(['injected', 'unchanged']).toContain(mutate(pod, SHOP, rules).outcome);
    expect(pod).toEqual(before);
  });
});

it('takes any JSON for a pod without failing', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (text) => {
      expect(mutate(JSON.parse(text), SHOP, defaultRules('test')).outcome).toBe('skipped');
    }),
    { numRuns: 1000 },
  );
});
