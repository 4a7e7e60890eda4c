import { describe, expect, it } from 'vitest';
import { mutate } from '../../../src/core/admission/mutate.ts';
import type { Pod } from '../../../src/core/api/pod.ts';
import { metadataPod, podWith, RULES, SHOP } from '../pods.ts';

function statusOf(pod: Pod): unknown {
  const { operations } = mutate(pod, SHOP, RULES);
  return operations.find(({ path }) => path.endsWith('/podherald.dev~1status'))?.value;
}

/** A pod that requests metadata and has another annotation, with a value of so many bytes. */
function podWithFilling(bytes: number): Pod {
  return podWith({ 'inject-metadata': 'true', filling: 'é'.repeat(bytes / 2) });
}

/** The limit of 262,144 bytes, less the keys, the value `true` and 98 bytes of status. */
const MAX_FILLING_BYTES = 262_144 - 7 - 15 - 4 - 20 - 98;

describe('the status annotation', () => {
  it('says in one line what was injected, and by which version', () => {
    expect(statusOf(metadataPod({ name: 'app' }))).toBe(
      '{"version":"test","metadata":{"profiles":["default"],"path":"/etc/downward","containers":["app"]}}',
    );
  });

  it('has no version in a manifest, which two versions of podherald must write alike', () => {
    const pod = metadataPod({ name: 'app' });
    const written = ['1.0.0', '2.0.0'].map(
      (version) => mutate(pod, SHOP, { ...RULES, version, stage: 'manifest' }).operations,
    );

    expect(written[0]).toEqual(written[1]);
    expect(JSON.stringify(written)).toContain('podherald.dev~1status');
  });

  it('is added if all annotations take at most 262,144 bytes with it', () => {
    expect(statusOf(podWithFilling(MAX_FILLING_BYTES))).toHaveLength(98);
  });

  it('is left out if the annotations would take more bytes, and the rest is still injected', () => {
    const pod = podWithFilling(MAX_FILLING_BYTES + 2);
    expect(statusOf(pod)).toBeUndefined();
    expect(mutate(pod, SHOP, RULES).outcome).toBe('injected');
  });

  it('is no proof of an injection: a pod that already has it is still injected', () => {
    const pod = podWith({
      'inject-metadata': 'true',
      'podherald.dev/status': '{"version":"test"}',
    });
    expect(mutate(pod, SHOP, RULES).outcome).toBe('injected');
  });
});
