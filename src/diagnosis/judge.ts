import type { Mutation } from '../core/admission/mutation.ts';
import { statusKey } from '../core/admission/status.ts';
import type { JsonObject } from '../core/api/json.ts';
import { isMalformed, parsePod } from '../core/api/pod.ts';
import { type Finding, type Reason, sentenceOf } from '../core/decision/reasons.ts';
import { findPresent } from '../manifests/removal/find-present.ts';
import { changesThere } from './changes.ts';
import { annotationsOf, isBehind, likelyReason } from './live-pod.ts';
import { reachIn, type Setting } from './setting.ts';
import { type Ungranted, ungranted } from './ungranted.ts';
import { type WhyNot, whyNot } from './why-not.ts';
import { type Wish, wishesOf } from './wish.ts';

export interface Verdict {
  /** Why the pod lacks something that it asks for, or its namespace for it; absent where it has all. */
  readonly because?: WhyNot;
  /** What its namespace asks for and it cannot have, which is no mistake of anybody. */
  readonly byDesign: readonly Reason[];
}

/**
 * Whether a pod that exists has what it asks for: the one answer of `audit` and `explain`.
 *
 * | the pod                                             | lacks it because of                |
 * | --------------------------------------------------- | ---------------------------------- |
 * | would be denied                                     | faulty                             |
 * | is one that podherald fails on                      | podherald_fails                    |
 * | would get more if it were made anew                 | why it did not: `likelyReason`     |
 * | asks in words that nobody knows                     | not_understood                     |
 * | is asked something unknown for by its namespace     | namespace_not_understood           |
 * | asks for what it cannot have                        | not_granted                        |
 * | has a namespace that asks for what it cannot have   | nothing: that is told (`byDesign`) |
 *
 * @param mutation what podherald would make of it now.
 */
export function judge(pod: JsonObject, mutation: Mutation, setting: Setting): Verdict {
  const { namespace, rules } = setting;
  const wishes = wishesOf(annotationsOf(pod), namespace, rules.annotationPrefix);
  const lacking = ungranted(mutation, wishes, rules.annotationPrefix);
  const because = isBehind(mutation)
    ? whyBehind(pod, mutation, wishes, setting)
    : whyUngranted(mutation, lacking);
  return { ...(because && { because }), byDesign: lacking.byDesign.map(({ reason }) => reason) };
}

function whyUngranted(
  { outcome, findings }: Mutation,
  { unheard, unheardOfNamespace, impossible }: Ungranted,
): WhyNot | undefined {
  if (outcome === 'denied') return from('faulty', findings);
  if (outcome === 'failed_open') return from('podherald_fails', findings);
  if (unheard.length > 0) return from('not_understood', unheard);
  if (unheardOfNamespace.length > 0) return from('namespace_not_understood', unheardOfNamespace);
  return impossible.length > 0 ? from('not_granted', impossible) : undefined;
}

function from(
  reason:
    | 'faulty'
    | 'podherald_fails'
    | 'not_understood'
    | 'namespace_not_understood'
    | 'not_granted',
  findings: readonly Finding[],
): WhyNot {
  const what = findings.map(sentenceOf).join('; ');
  return { ...whyNot(reason, { what }), findings: findings.map((found) => found.reason) };
}

function whyBehind(
  pod: JsonObject,
  mutation: Mutation,
  wishes: readonly Wish[],
  setting: Setting,
): WhyNot {
  const { namespaceObject, rules } = setting;
  return likelyReason({
    pod,
    namespace: 'value' in namespaceObject ? namespaceObject.value : undefined,
    wishes,
    mutation,
    hasStatus: Object.hasOwn(annotationsOf(pod), statusKey(rules)),
    injected: injectedIn(pod, setting),
    reach: reachIn(pod, setting),
  });
}

/** The containers that have something that is podherald's. */
function injectedIn(pod: JsonObject, { namespace, rules }: Setting): string[] {
  const parsed = parsePod(pod);
  if (isMalformed(parsed)) return [];
  const there = changesThere(parsed, findPresent(parsed, namespace, rules));
  return there.flatMap(({ container }) => container ?? []);
}
