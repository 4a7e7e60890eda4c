import type { Json, JsonObject } from '../core/api/json.ts';
import type { Annotations, Labels } from '../core/api/pod.ts';
import { MATCH_CONDITIONS, SCOPE_LABEL } from '../core/api/webhook-scope.ts';
import { MIRROR_ANNOTATION } from '../core/decision/annotations.ts';
import { hasPodheraldKey } from './annotation-requests.ts';
import type { AdmissionPolicy, ClusterState, Unreadable, WebhookEntry } from './cluster-state.ts';
import { keysOf, requirementText, unmetRequirement } from './label-selector.ts';
import { type MissingReason, type MissingReasonCode, missingReason } from './missing-reasons.ts';
import { annotationsOf, labelsOf } from './object-metadata.ts';

/** Whether the API server calls a webhook of podherald when a pod is created. */
export type WebhookReach =
  | {
      readonly called: true;
      readonly webhook: WebhookEntry;
      /** Names of matchConditions that are not podherald's own, so their result is unknown. */
      readonly unknownConditions: readonly string[];
    }
  | {
      readonly called: false;
      readonly because: MissingReason;
      /** The policy that injects instead, for every pod that it can inject. */
      readonly policy?: AdmissionPolicy;
    };

/** The parts of a pod and its namespace that selectors and matchConditions read. */
interface Candidate {
  readonly namespace: string;
  readonly namespaceLabels: Labels;
  readonly labels: Labels;
  readonly annotations: Annotations;
}

const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/**
 * Whether a webhook is called when the pod is created now.
 *
 * @returns Unreadable if the answer depends on something that could not be read.
 */
export function webhookReach(
  pod: JsonObject | undefined,
  { namespace, namespaceObject, webhooks, policy, rules }: ClusterState,
): WebhookReach | Unreadable {
  if ('unreadable' in webhooks) return webhooks;
  const isRead = 'value' in namespaceObject;
  // The name of a namespace is a label that is known without reading the namespace.
  if (!isRead && !webhooks.value.every(selectsByName)) return namespaceObject;
  const candidate = {
    namespace: namespace.name,
    namespaceLabels: isRead ? labelsOf(namespaceObject.value) : {},
    labels: labelsOf(pod),
    annotations: annotationsOf(pod),
  };
  const reach = reachOf(candidate, webhooks.value, rules.annotationPrefix);
  return policy === undefined ? reach : withPolicy(reach, policy);
}

/** Whether a webhook selects namespaces by their name only. */
function selectsByName({ namespaceSelector }: WebhookEntry): boolean {
  return keysOf(namespaceSelector).every((key) => key === NAMESPACE_NAME);
}

function withPolicy(reach: WebhookReach, policy: AdmissionPolicy): WebhookReach {
  if (reach.called || reach.because.code !== 'not_installed') return reach;
  return { called: false, because: missingReason('policy_only', { policy: policy.name }), policy };
}

/** Several webhooks can exclude a pod for different reasons. The first reason in this order is reported. */
const MOST_SPECIFIC_FIRST: readonly MissingReasonCode[] = [
  'mirror_pod',
  'namespace_excluded',
  'namespace_not_labelled',
  'pod_not_selected',
  'condition_not_met',
  'rules_exclude',
];

function reachOf(
  candidate: Candidate,
  entries: readonly WebhookEntry[],
  prefix: string,
): WebhookReach {
  const exclusions: MissingReason[] = [];
  for (const entry of entries) {
    const exclusion = exclusionBy(entry, candidate, prefix);
    if (exclusion === undefined) {
      return { called: true, webhook: entry, unknownConditions: unknownConditions(entry) };
    }
    exclusions.push(exclusion);
  }
  const [because = missingReason('not_installed', {})] = MOST_SPECIFIC_FIRST.flatMap(
    (code) => exclusions.find((one) => one.code === code) ?? [],
  );
  return { called: false, because };
}

function exclusionBy(
  entry: WebhookEntry,
  candidate: Candidate,
  prefix: string,
): MissingReason | undefined {
  return (
    byNamespaceSelector(entry, candidate) ??
    byObjectSelector(entry, candidate) ??
    byConditions(entry, candidate, prefix) ??
    (entry.rules.some(includesPodCreation) ? undefined : missingReason('rules_exclude', {}))
  );
}

function byNamespaceSelector(
  { namespaceSelector }: WebhookEntry,
  { namespace, namespaceLabels }: Candidate,
): MissingReason | undefined {
  const labels = { [NAMESPACE_NAME]: namespace, ...namespaceLabels };
  const unmet = unmetRequirement(namespaceSelector, labels);
  if (unmet === undefined) return undefined;
  const isScope = unmet.key === SCOPE_LABEL.key && unmet.operator === 'In';
  if (!isScope) {
    const requirement = requirementText(unmet);
    return missingReason('namespace_excluded', { namespace, requirement });
  }
  return missingReason('namespace_not_labelled', {
    namespace,
    label: `${SCOPE_LABEL.key}=${SCOPE_LABEL.value}`,
  });
}

function byObjectSelector(
  { objectSelector }: WebhookEntry,
  { labels }: Candidate,
): MissingReason | undefined {
  const unmet = unmetRequirement(objectSelector, labels);
  return unmet && missingReason('pod_not_selected', { requirement: requirementText(unmet) });
}

/** The matchConditions that `podherald manifests` renders. Others are CEL, which is not evaluated here. */
const CONDITIONS: Readonly<
  Record<string, (annotations: Annotations, prefix: string) => MissingReason | undefined>
> = {
  [MATCH_CONDITIONS.notMirrorPod]: (annotations) =>
    Object.hasOwn(annotations, MIRROR_ANNOTATION) ? missingReason('mirror_pod', {}) : undefined,
  [MATCH_CONDITIONS.hasAnnotation]: (annotations, prefix) =>
    hasPodheraldKey(annotations, prefix)
      ? undefined
      : missingReason('condition_not_met', { condition: MATCH_CONDITIONS.hasAnnotation }),
};

function byConditions(
  { conditions }: WebhookEntry,
  { annotations }: Candidate,
  prefix: string,
): MissingReason | undefined {
  for (const name of conditions) {
    const exclusion = CONDITIONS[name]?.(annotations, prefix);
    if (exclusion !== undefined) return exclusion;
  }
  return undefined;
}

function unknownConditions({ conditions }: WebhookEntry): string[] {
  return conditions.filter((name) => !Object.hasOwn(CONDITIONS, name));
}

/** Whether a rule of a webhook includes the creation of pods. */
function includesPodCreation(rule: JsonObject): boolean {
  return (
    includesAny(rule['operations'], ['CREATE', '*']) &&
    includesAny(rule['apiGroups'], ['', '*']) &&
    includesAny(rule['apiVersions'], ['v1', '*']) &&
    includesAny(rule['resources'], ['pods', '*', '*/*']) &&
    rule['scope'] !== 'Cluster'
  );
}

function includesAny(list: Json | undefined, values: readonly string[]): boolean {
  return Array.isArray(list) && list.some((item) => values.includes(String(item)));
}
