import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Pod } from '../../../src/core/api/pod.ts';
import { defaultRules } from '../../../src/core/decision/rules.ts';
import { findRemovable } from '../../../src/manifests/removal/find-removable.ts';
import { removeParts } from '../../../src/manifests/removal/injected-parts.ts';
import { injectPod } from '../../../src/manifests/removal/reinject.ts';
import { arbitraryPod } from '../../support/arbitrary-pod.ts';

const RULES = { ...defaultRules('test'), stage: 'manifest' as const };
const SHOP = { name: 'shop' };

const inject = (pod: Pod): Pod => injectPod(pod, SHOP, RULES).pod;
const clean = (pod: Pod): Pod => removeParts(pod, findRemovable(pod, SHOP, RULES));

function check(promise: (pod: Pod) => void): void {
  fc.assert(fc.property(arbitraryPod.filter(isValid), promise), { numRuns: 500 });
}

/** The API server requires unique container names, and a volume for every mount. */
function isValid({ spec }: Pod): boolean {
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  const volumes = new Set(spec.volumes?.map(({ name }) => name));
  const hasVolumes = all.every(({ volumeMounts }) =>
    (volumeMounts ?? []).every(({ name }) => volumes.has(name)),
  );
  return hasVolumes && new Set(all.map(({ name }) => name)).size === all.length;
}

/** Leaves out the status annotation, whose findings may differ after the second injection. */
function specOf({ spec }: Pod): unknown {
  return spec;
}

it('finds only parts that the injection adds again at the same position', () => {
  check((pod) => {
    const once = inject(pod);
    expect(specOf(inject(clean(once)))).toEqual(specOf(once));
  });
});

it('finds nothing in a pod that was not injected, except parts equal to injected ones', () => {
  check((pod) => {
    expect(specOf(inject(clean(pod)))).toEqual(specOf(inject(pod)));
  });
});

it('finds nothing more after the removal', () => {
  check((pod) => {
    const cleaned = clean(inject(pod));
    expect(clean(cleaned)).toEqual(cleaned);
  });
});

it('keeps every env var, mount and volume that podherald does not inject', () => {
  check((pod) => {
    const cleaned = clean(inject(pod));
    expect(neverInjected(cleaned)).toEqual(neverInjected(pod));
  });
});

/** The parts that these rules never inject. */
function neverInjected({ spec }: Pod): object {
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
