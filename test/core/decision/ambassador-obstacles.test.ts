import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/core/decision/decide.ts';
import { podParts } from '../../../src/core/decision/pod-parts.ts';
import { podWith, RULES, SHOP } from '../pods.ts';

describe('obstacleTo()', () => {
  it('excludes an ambassador if the API server has no native sidecars', () => {
    const serverVersion = { major: 1, minor: 28, release: 'v1.28.15' };
    const rules = { ...RULES, ambassador: { ...RULES.ambassador, serverVersion } };
    const pod = podWith({ 'inject-ambassador': 'true' });
    expect(decide(podParts(pod), SHOP, rules)).toMatchObject({
      skipped: { reason: 'server_too_old', slots: { version: 'v1.28.15' } },
    });
  });

  // A manifest does not show the token mounts that the API server will add.
  describe('for a manifest in a namespace that requests an ambassador', () => {
    const rules = { ...RULES, stage: 'manifest' } as const;
    const namespace = { name: 'shop', annotations: { 'inject-ambassador': 'true' } };

    it('excludes no ambassador by default', () => {
      expect(decide(podParts(podWith({})), namespace, rules).ambassador).toBeDefined();
    });

    it('excludes an ambassador if the pod sets automountServiceAccountToken to false', () => {
      const pod = podWith({}, { automountServiceAccountToken: false });
      expect(decide(podParts(pod), namespace, rules)).toMatchObject({
        skipped: { reason: 'automount_disabled' },
      });
    });
  });
});
