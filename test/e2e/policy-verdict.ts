import { expect } from 'vitest';
import { isMalformed, parsePod } from '../../src/core/api/pod.ts';
import { defaultRules, type Rules } from '../../src/core/decision/rules.ts';
import { policyCovers } from '../support/policy-covers.ts';
import type { Pod } from './objects.ts';
import type { Fates, Triplets } from './policy-triplets.ts';

export type Verdict = 'equal' | 'left alone';

/**
 * Holds the policies to their claim: a pod that they cover ends as podherald's webhook has it end,
 * down to the last field; any other one is as if there were no policy, or is denied by both.
 */
export function judge(
  sent: Pod,
  { annotations }: Triplets,
  fates: Fates,
  rules: Rules = defaultRules('test'),
): Verdict {
  const { bare, byWebhook, byPolicy } = fates;
  const covered = claim(bare.pod ?? sent, annotations, rules);
  const told = `covered: ${covered}. Policy: ${byPolicy.message}. Webhook: ${byWebhook.message}`;
  if (covered !== true && byWebhook.kind === 'denied' && byPolicy.kind === 'denied') {
    return 'left alone';
  }
  const wanted = covered === true ? byWebhook : bare;
  // Policies deny only what has passed the API server's own validation.
  const kind = wanted.kind === 'denied' && bare.kind === 'refused' ? 'refused' : wanted.kind;
  expect(byPolicy.kind, told).toBe(kind);
  expect(byPolicy.comparable, told).toEqual(wanted.comparable);
  return covered === true ? 'equal' : 'left alone';
}

/** By the pod as it reaches admission, with all that the API server adds before. */
function claim(
  pod: Pod,
  annotations: Readonly<Record<string, string>>,
  rules: Rules,
): true | string {
  const parsed = parsePod(pod);
  if (isMalformed(parsed)) throw new Error(parsed.malformed);
  return policyCovers(parsed, { name: 'shop', annotations }, rules);
}
