import { describe, expect, it } from 'vitest';
import { mutate } from '../../../src/core/admission/mutate.ts';
import type { Rules } from '../../../src/core/decision/rules.ts';
import { metadataPod, podWith, RULES, SHOP } from '../pods.ts';

describe('mutate()', () => {
  it('skips a pod in an exempt namespace, even if its annotations are invalid', () => {
    const rules = { ...RULES, exemptNamespaces: new Set(['shop']) };
    expect(mutate(podWith({ 'inject-metadata': 'yes' }), SHOP, rules)).toMatchObject({
      outcome: 'skipped',
      findings: [{ reason: 'exempt_namespace' }],
    });
  });

  it('admits the pod unchanged if an error is thrown', () => {
    const broken = { ...RULES, profiles: { keys: () => [], get: () => ({}) } } as unknown as Rules;
    expect(mutate(metadataPod({ name: 'app' }), SHOP, broken)).toMatchObject({
      outcome: 'failed_open',
      reason: 'unexpected_error',
      operations: [],
      error: expect.any(TypeError),
    });
  });

  it('admits the pod unchanged if its patch cannot be proven', () => {
    const inherited = Object.create({ containers: [{ name: 'app' }] });
    const pod = { ...metadataPod(), spec: inherited };
    expect(mutate(pod, SHOP, RULES)).toMatchObject({
      outcome: 'failed_open',
      reason: 'patch_not_proven',
      operations: [],
    });
  });
});
