import { expect } from 'vitest';
import { isMalformed, parsePod } from '../../src/core/api/parse-pod.ts';
import type { Namespace } from '../../src/core/decision/namespace.ts';
import { defaultRules, type Rules } from '../../src/core/decision/rules.ts';
import { policyCovers } from '../../src/render/policy/policy-covers.ts';
import type { Pod } from './objects.ts';
import type { CreateResults, NamespaceTriple } from './policy-suite.ts';

export type Coverage = 'covered' | 'not covered';

/**
 * Checks the result of the policies. A pod that they cover must be equal to the pod of the webhook
 * in every field. Any other pod must be as without policies, or denied by both.
 */
export function checkPolicies(
  sent: Pod,
  { annotations, labels }: NamespaceTriple,
  results: CreateResults,
  rules: Rules = defaultRules('test'),
): Coverage {
  const { bare, byWebhook, byPolicy } = results;
  const covered = isCovered(bare.pod ?? sent, { name: 'shop', annotations, labels }, rules);
  const details = `covered: ${covered}. Policy: ${byPolicy.message}. Webhook: ${byWebhook.message}`;
  if (covered !== true && byWebhook.kind === 'denied' && byPolicy.kind === 'denied') {
    return 'not covered';
  }
  const expected = covered === true ? byWebhook : bare;
  // The API server validates a pod before its policies can deny it.
  const kind = expected.kind === 'denied' && bare.kind === 'rejected' ? 'rejected' : expected.kind;
  expect(byPolicy.kind, details).toBe(kind);
  expect(byPolicy.comparable, details).toEqual(expected.comparable);
  return covered === true ? 'covered' : 'not covered';
}

/** Whether the policies cover a pod, or why not. `pod` has the defaults of the API server. */
function isCovered(pod: Pod, namespace: Namespace, rules: Rules): true | string {
  const parsed = parsePod(pod);
  if (isMalformed(parsed)) throw new Error(parsed.malformed);
  return policyCovers(parsed, namespace, rules);
}
