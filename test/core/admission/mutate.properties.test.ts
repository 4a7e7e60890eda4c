import * as fc from 'fast-check';
import jsonpatch, { type Operation } from 'fast-json-patch';
import { describe, expect, it } from 'vitest';
import { mutate } from '../../../src/core/admission/mutate.ts';
import type { Json } from '../../../src/core/api/json.ts';
import type { Rules } from '../../../src/core/decision/rules.ts';
import type { Injection } from '../../../src/core/injection/injection.ts';
import { arbitraryPod } from '../../support/arbitrary-pod.ts';
import { losses } from '../../support/only-adds.ts';
import { applyStrictly } from '../../support/strict-json-patch.ts';
import { RULES, SHOP } from '../pods.ts';

const FIELDS_ONLY: Rules = {
  ...RULES,
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

const anyRules = fc.constantFrom(RULES, FIELDS_ONLY);

function check(promise: (pod: Json, rules: Rules) => void): void {
  fc.assert(fc.property(arbitraryPod, anyRules, promise), { numRuns: 1000 });
}

describe('mutate() with any pod', () => {
  it('makes a patch that a strict JSON Patch reader and fast-json-patch apply alike', () => {
    check((pod, rules) => {
      const { operations } = mutate(pod, SHOP, rules);
      const copy: Json = structuredClone(pod);
      const applied = jsonpatch.applyPatch(copy, operations as Operation[], true).newDocument;
      expect(applyStrictly(pod, operations)).toEqual(applied);
    });
  });

  it('only adds: keeps every value of the pod, in its order', () => {
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

  it('returns an injection that holds exactly what its operations add', () => {
    check((pod, rules) => {
      const { injection, operations } = mutate(pod, SHOP, rules);
      expect(withInjection(pod, injection)).toEqual(applyStrictly(pod, operations));
    });
  });

  it('adds nothing in a second call for the same pod', () => {
    check((pod, rules) => {
      const after = applyStrictly(pod, mutate(pod, SHOP, rules).operations);
      expect(mutate(after, SHOP, rules).operations).toEqual([]);
    });
  });

  it('injects into a container that was added later, and leaves the others as they are', () => {
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

  it('never fails, and never changes the pod that it receives', () => {
    check((pod, rules) => {
      const before = structuredClone(pod);
      expect(['injected', 'unchanged']).toContain(mutate(pod, SHOP, rules).outcome);
      expect(pod).toEqual(before);
    });
  });

  it('skips arbitrary JSON instead of failing', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(mutate(JSON.parse(text), SHOP, RULES).outcome).toBe('skipped');
      }),
      { numRuns: 1000 },
    );
  });
});

/** A pod with what an injection adds, built without JSON Patch. */
function withInjection(pod: Json, injection: Injection): Json {
  const { containers, volumes, annotations, ambassador, restartIndex } = injection;
  const result = structuredClone(pod) as unknown as MutablePod;
  for (const { at, env, volumeMounts } of containers) {
    const container = result.spec[at.list]?.[at.index];
    if (container === undefined) throw new Error(`no container at ${at.list}/${at.index}`);
    if (env.length > 0) container.env = [...env, ...(container.env ?? [])];
    if (volumeMounts.length > 0) {
      container.volumeMounts = [...(container.volumeMounts ?? []), ...volumeMounts];
    }
  }
  const { spec, metadata } = result;
  if (volumes.length > 0) spec.volumes = [...(spec.volumes ?? []), ...volumes];
  if (restartIndex !== undefined) {
    Object.assign(spec.initContainers?.[restartIndex] ?? {}, { restartPolicy: 'Always' });
  }
  if (ambassador !== undefined) {
    const { container, index } = ambassador;
    spec.initContainers = (spec.initContainers ?? []).toSpliced(index, 0, container);
  }
  metadata.annotations = { ...metadata.annotations, ...Object.fromEntries(annotations) };
  return result as unknown as Json;
}

interface MutablePod {
  metadata: { annotations: Record<string, string> };
  spec: {
    containers: MutableContainer[];
    initContainers?: MutableContainer[] | null;
    volumes?: object[] | null;
  };
}

interface MutableContainer {
  env?: readonly object[] | null;
  volumeMounts?: readonly object[] | null;
}
