import type { Mutation } from '../admission/outcome.ts';
import type { JsonObject } from '../api/json.ts';
import { isMalformed, parsePod } from '../api/pod.ts';
import { findOurs } from '../removal/find-ours.ts';
import { changesThere } from './changes.ts';
import { annotationsOf, isMissing, likelyReason } from './live-pod.ts';
import { reachIn, type Setting } from './setting.ts';
import type { WhyNot } from './why-not.ts';
import { wishesOf } from './wish.ts';

/**
 * Why a pod that exists lacks what it asks for: the one answer of `audit` and `explain`.
 *
 * @param mutation what podherald would make of it now.
 * @returns undefined where it lacks nothing.
 */
export function judge(pod: JsonObject, mutation: Mutation, setting: Setting): WhyNot | undefined {
  if (!isMissing(mutation)) return undefined;
  const { namespace, namespaceObject, rules } = setting;
  const annotations = annotationsOf(pod);
  return likelyReason({
    pod,
    namespace: 'value' in namespaceObject ? namespaceObject.value : undefined,
    wishes: wishesOf(annotations, namespace, rules.annotationPrefix),
    mutation,
    hasStatus: Object.hasOwn(annotations, `${rules.annotationPrefix}status`),
    injected: injectedIn(pod, setting),
    reach: reachIn(pod, setting),
  });
}

/** The containers that have something that is podherald's. */
function injectedIn(pod: JsonObject, { namespace, rules }: Setting): string[] {
  const parsed = parsePod(pod);
  if (isMalformed(parsed)) return [];
  const there = changesThere(parsed, findOurs(parsed, namespace, rules));
  return there.flatMap(({ container }) => container ?? []);
}
