import type { Mutation } from '../core/admission/mutation.ts';
import { statusKey } from '../core/admission/status.ts';
import { isObject, type JsonObject } from '../core/api/json.ts';
import { isMalformed, parsePod } from '../core/api/parse-pod.ts';
import { annotationNameOf } from '../core/decision/annotations.ts';
import { type Finding, kindOf, sentenceOf } from '../core/decision/findings.ts';
import type { Reason } from '../core/decision/reasons.ts';
import { changesSpec } from '../core/injection/injection.ts';
import { findPresent } from '../manifests/removal/find-present.ts';
import { type AnnotationRequest, requestsOf } from './annotation-requests.ts';
import type { ClusterState } from './cluster-state.ts';
import { itemsPresent } from './injected-items.ts';
import { likelyReason } from './likely-reason.ts';
import { type MissingReason, missingReason } from './missing-reasons.ts';
import { annotationsOf } from './object-metadata.ts';
import { webhookReach } from './webhook-reach.ts';

/** What a pod of a cluster is missing of everything that it and its namespace request. */
export interface MissingInjection {
  /** Why the pod is missing something; absent if nothing is missing. */
  readonly because?: MissingReason;
  /** Why defaults of the namespace are not applied to this pod, which is not an error. */
  readonly notApplicable: readonly Reason[];
}

/**
 * Whether a pod of a cluster has everything that is requested. `audit` and `explain` both report
 * this result.
 *
 * | the pod                                                | because                            |
 * | ------------------------------------------------------ | ---------------------------------- |
 * | would be denied                                        | faulty                             |
 * | makes podherald fail                                   | podherald_fails                    |
 * | would get more if it were re-created                   | the result of `likelyReason`       |
 * | has an unknown key or profile, or an invalid value     | not_understood                     |
 * | has a namespace with such an annotation                | namespace_not_understood           |
 * | requests something that it cannot have                 | not_granted                        |
 * | has a namespace that requests what it cannot have      | absent: listed in `notApplicable`  |
 *
 * @param mutation what podherald would do with the pod now.
 */
export function findMissing(
  pod: JsonObject,
  mutation: Mutation,
  state: ClusterState,
): MissingInjection {
  const { namespace, rules } = state;
  const requests = requestsOf(annotationsOf(pod), namespace, rules.annotationPrefix);
  const unfulfilled = unfulfilledBy(mutation, requests, rules.annotationPrefix);
  const because = changesSpec(mutation.injection)
    ? whyIncomplete(pod, mutation, requests, state)
    : whyUnfulfilled(mutation, unfulfilled);
  return {
    ...(because && { because }),
    notApplicable: unfulfilled.notApplicable.map(({ reason }) => reason),
  };
}

function whyIncomplete(
  pod: JsonObject,
  { injection }: Mutation,
  requests: readonly AnnotationRequest[],
  state: ClusterState,
): MissingReason {
  const { namespaceObject, rules } = state;
  return likelyReason({
    pod,
    namespaceObject: 'value' in namespaceObject ? namespaceObject.value : undefined,
    requests,
    injection,
    wasInjected:
      state.policy !== undefined || tellsOfInjection(annotationsOf(pod)[statusKey(rules)]),
    injectedContainers: injectedContainers(pod, state),
    reach: webhookReach(pod, state),
  });
}

/** Whether a status annotation says that something was injected, and not only why nothing was. */
function tellsOfInjection(status: string | undefined): boolean {
  if (status === undefined) return false;
  try {
    const value: unknown = JSON.parse(status);
    return isObject(value) && ('metadata' in value || 'ambassador' in value);
  } catch {
    return false;
  }
}

function injectedContainers(pod: JsonObject, { namespace, rules }: ClusterState): string[] {
  const parsed = parsePod(pod);
  if (isMalformed(parsed)) return [];
  const present = itemsPresent(parsed, findPresent(parsed, namespace, rules));
  return present.flatMap(({ container }) => container ?? []);
}

function whyUnfulfilled(
  { outcome, decision, findings }: Mutation,
  { invalid, invalidDefaults, impossible }: UnfulfilledRequests,
): MissingReason | undefined {
  if (outcome === 'denied') return becauseOf('faulty', decision?.faults ?? findings);
  if (outcome === 'failed_open') return becauseOf('podherald_fails', findings);
  if (invalid.length > 0) return becauseOf('not_understood', invalid);
  if (invalidDefaults.length > 0) return becauseOf('namespace_not_understood', invalidDefaults);
  return impossible.length > 0 ? becauseOf('not_granted', impossible) : undefined;
}

function becauseOf(
  code:
    | 'faulty'
    | 'podherald_fails'
    | 'not_understood'
    | 'namespace_not_understood'
    | 'not_granted',
  findings: readonly Finding[],
): MissingReason {
  const what = findings.map(sentenceOf).join('; ');
  return { ...missingReason(code, { what }), findings: findings.map(({ reason }) => reason) };
}

/** The findings about requests that a new pod would not get either. */
interface UnfulfilledRequests {
  /** The pod requests something unknown or invalid. */
  readonly invalid: readonly Finding[];
  /** The namespace has an unknown key or profile, or an invalid value, so all of its pods may be missing something. */
  readonly invalidDefaults: readonly Finding[];
  /** The pod requests something that it cannot have, such as an ambassador with `hostNetwork`. */
  readonly impossible: readonly Finding[];
  /** The namespace requests something that the pod cannot have. This is not an error. */
  readonly notApplicable: readonly Finding[];
}

/** Why a pod cannot have an ambassador, or its kubeconfig. `remedies.ts` has the advice for each. */
export type ImpossibleReason = (typeof IMPOSSIBLE_REASONS)[number];

const IMPOSSIBLE_REASONS = [
  'host_network',
  'windows',
  'server_too_old',
  'names_taken',
  'annotations_full',
  'automount_disabled',
] as const satisfies readonly Reason[];

function unfulfilledBy(
  { findings }: Mutation,
  requests: readonly AnnotationRequest[],
  prefix: string,
): UnfulfilledRequests {
  const isRequestedByPod = requests.some(
    ({ key, on }) => on === 'pod' && annotationNameOf(key, prefix) === 'inject-ambassador',
  );
  const impossible = findings.filter(({ reason }) =>
    (IMPOSSIBLE_REASONS as readonly Reason[]).includes(reason),
  );
  const invalid = findings.filter(isInvalid);
  const hasOptedOut = findings.some(({ reason }) => reason === 'opted_out');
  // A kubeconfig, for which the annotations can be too full, is requested by pods only.
  const isOfPod = ({ reason }: Finding): boolean =>
    isRequestedByPod || reason === 'annotations_full';
  return {
    invalid: invalid.filter((found) => !isOfNamespace(found)),
    invalidDefaults: hasOptedOut ? [] : invalid.filter(isOfNamespace),
    impossible: impossible.filter(isOfPod),
    notApplicable: impossible.filter((found) => !isOfPod(found)),
  };
}

const NOT_UNDERSTOOD: ReadonlySet<Reason> = new Set([
  'unknown_profile',
  'unknown_key',
  'wrong_place',
]);

/** With `onInvalid: warn`, a pod with an invalid value is admitted without that part. */
function isInvalid(found: Finding): boolean {
  const { reason } = found;
  return NOT_UNDERSTOOD.has(reason) || kindOf(found) === 'fault';
}

function isOfNamespace({ causes: [cause] }: Finding): boolean {
  return cause?.kind === 'annotation' && cause.namespace !== undefined;
}
