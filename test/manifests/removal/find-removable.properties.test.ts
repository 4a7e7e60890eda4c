import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Pod } from '../../../src/core/api/pod.ts';
import { defaultRules } from '../../../src/core/decision/rules.ts';
import { findOurs } from '../../../src/manifests/removal/find-removable.ts';
import { removalsOf, without } from '../../../src/manifests/removal/injected-parts.ts';
import { injected } from '../../../src/manifests/removal/reinject.ts';
import { arbitraryPod } from '../../support/arbitrary-pod.ts';

const RULES = { ...defaultRules('test'), stage: 'manifest' as const };
const SHOP = { name: 'shop' };

const inject = (pod: Pod): Pod => injected(pod, SHOP, RULES);
const clean = (pod: Pod): Pod => without(pod, removalsOf(pod, findOurs(pod, SHOP, RULES)));

function check(promise: (pod: Pod) => void): void {
  fc.assert(fc.property(arbitraryPod.filter(hasNames), promise), { numRuns: 500 });
}

/** As the API server wants it: a name is one container's, and a mount's volume is there. */
function hasNames({ spec }: Pod): boolean {
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  const volumes = new Set(spec.volumes?.map(({ name }) => name));
  const isSound = all.every(({ volumeMounts }) =>
    (volumeMounts ?? []).every(({ name }) => volumes.has(name)),
  );
  return isSound && new Set(all.map(({ name }) => name)).size === all.length;
}

/** The status tells what was kept and left out, which may be told otherwise the second time. */
function specOf({ spec }: Pod): unknown {
  return spec;
}

it('takes out only what injecting puts in again, at the same place', () => {
  check((pod) => {
    const once = inject(pod);
    expect(specOf(inject(clean(once)))).toEqual(specOf(once));
  });
});

it('leaves a pod that nothing was added to as it is, but for what injecting would add', () => {
  check((pod) => {
    expect(specOf(inject(clean(pod)))).toEqual(specOf(inject(pod)));
  });
});

it('has nothing left to take out the second time', () => {
  check((pod) => {
    const cleaned = clean(inject(pod));
    expect(clean(cleaned)).toEqual(cleaned);
  });
});

it('keeps every variable, mount and volume that podherald would not add', () => {
  check((pod) => {
    const cleaned = clean(inject(pod));
    expect(foreign(cleaned)).toEqual(foreign(pod));
  });
});

/** What no injection of these rules contains. */
function foreign({ spec }: Pod): object {
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  return {
    env: all.map(({ env }) =>
      (env ?? []).filter((one) => ['A', 'B', '__proto__', 'constructor'].includes(one.name)),
    ),
    mounts: all.map(({ volumeMounts }) =>
      (volumeMounts ?? []).filter((one) => !('readOnly' in one)),
    ),
    volumes: (spec.volumes ?? []).filter(({ emptyDir }) => emptyDir !== undefined),
  };
}
