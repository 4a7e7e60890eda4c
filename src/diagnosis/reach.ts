import type { Json, JsonObject } from '../core/api/json.ts';
import type { Annotations } from '../core/api/pod.ts';
import { MATCH_CONDITIONS, SCOPE_LABEL } from '../core/api/webhook-scope.ts';
import { MIRROR_ANNOTATION } from '../core/decision/annotations.ts';
import { keysOf, type Labels, requirementText, unmetRequirement } from './label-selector.ts';
import type { WebhookEntry } from './webhook-entries.ts';
import { type WhyNot, type WhyNotReason, whyNot } from './why-not.ts';
import { hasKeyOfOurs } from './wish.ts';

/** What decides whether a pod is sent to a webhook. */
export interface Candidate {
  readonly namespace: string;
  readonly namespaceLabels: Labels;
  readonly labels: Labels;
  readonly annotations: Annotations | null | undefined;
}

/** Whether podherald is asked about a pod that is created now. */
export type Reach =
  | {
      readonly asked: true;
      readonly by: WebhookEntry;
      /** Names of matchConditions that are not podherald's own, and so not known. */
      readonly unknownConditions: readonly string[];
    }
  | { readonly asked: false; readonly because: WhyNot };

const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/** The most telling first: of several webhooks, each may leave the pod out for a reason of its own. */
const TELLING: readonly WhyNotReason[] = [
  'mirror_pod',
  'namespace_excluded',
  'namespace_not_labelled',
  'pod_not_selected',
  'condition_not_met',
  'rules_exclude',
];

/** Whether the name of a namespace is all that a webhook asks of it. */
export function selectsByName({ namespaceSelector }: WebhookEntry): boolean {
  return keysOf(namespaceSelector).every((key) => key === NAMESPACE_NAME);
}

export function reachOf(
  candidate: Candidate,
  entries: readonly WebhookEntry[],
  prefix: string,
): Reach {
  const obstacles: WhyNot[] = [];
  for (const entry of entries) {
    const obstacle = obstacleIn(entry, candidate, prefix);
    if (obstacle === undefined)
      return { asked: true, by: entry, unknownConditions: unknown(entry) };
    obstacles.push(obstacle);
  }
  const because = TELLING.map((reason) => obstacles.find((one) => one.reason === reason)).find(
    (one) => one !== undefined,
  );
  return { asked: false, because: because ?? whyNot('not_installed', {}) };
}

function obstacleIn(entry: WebhookEntry, candidate: Candidate, prefix: string): WhyNot | undefined {
  return (
    namespaceObstacle(entry, candidate) ??
    objectObstacle(entry, candidate) ??
    conditionObstacle(entry, candidate, prefix) ??
    (entry.rules.some(isAboutPods) ? undefined : whyNot('rules_exclude', {}))
  );
}

function namespaceObstacle(
  { namespaceSelector }: WebhookEntry,
  { namespace, namespaceLabels }: Candidate,
): WhyNot | undefined {
  const labels = { [NAMESPACE_NAME]: namespace, ...namespaceLabels };
  const unmet = unmetRequirement(namespaceSelector, labels);
  if (unmet === undefined) return undefined;
  const isScope = unmet.key === SCOPE_LABEL.key && unmet.operator === 'In';
  if (!isScope) {
    return whyNot('namespace_excluded', { namespace, requirement: requirementText(unmet) });
  }
  return whyNot('namespace_not_labelled', {
    namespace,
    label: `${SCOPE_LABEL.key}=${SCOPE_LABEL.value}`,
  });
}

function objectObstacle(
  { objectSelector }: WebhookEntry,
  { labels }: Candidate,
): WhyNot | undefined {
  const unmet = unmetRequirement(objectSelector, labels);
  return unmet && whyNot('pod_not_selected', { requirement: requirementText(unmet) });
}

/** The matchConditions that `podherald manifests` writes; others are CEL that nobody evaluates here. */
const CONDITIONS: Readonly<
  Record<string, (annotations: Candidate['annotations'], prefix: string) => WhyNot | undefined>
> = {
  [MATCH_CONDITIONS.notMirrorPod]: (annotations) =>
    Object.hasOwn(annotations ?? {}, MIRROR_ANNOTATION) ? whyNot('mirror_pod', {}) : undefined,
  [MATCH_CONDITIONS.hasAnnotation]: (annotations, prefix) =>
    hasKeyOfOurs(annotations, prefix)
      ? undefined
      : whyNot('condition_not_met', { condition: MATCH_CONDITIONS.hasAnnotation }),
};

function conditionObstacle(
  { conditions }: WebhookEntry,
  { annotations }: Candidate,
  prefix: string,
): WhyNot | undefined {
  for (const name of conditions) {
    const obstacle = CONDITIONS[name]?.(annotations, prefix);
    if (obstacle !== undefined) return obstacle;
  }
  return undefined;
}

function unknown({ conditions }: WebhookEntry): string[] {
  return conditions.filter((name) => !Object.hasOwn(CONDITIONS, name));
}

function isAboutPods(rule: JsonObject): boolean {
  return (
    names(rule['operations'], ['CREATE', '*']) &&
    names(rule['apiGroups'], ['', '*']) &&
    names(rule['apiVersions'], ['v1', '*']) &&
    names(rule['resources'], ['pods', '*', '*/*']) &&
    rule['scope'] !== 'Cluster'
  );
}

function names(list: Json | undefined, some: readonly string[]): boolean {
  return Array.isArray(list) && list.some((item) => some.includes(String(item)));
}
