import type { Mutation } from '../admission/outcome.ts';
import { isObject, type Json, type JsonObject } from '../api/json.ts';
import type { Namespace } from '../decision/decide.ts';
import type { Rules } from '../decision/rules.ts';
import { explain, type Places } from '../explanation/explanation.ts';
import { annotationsOf, isMissing, labelsOf, likelyReason } from '../explanation/live-pod.ts';
import { misplacedKey } from '../explanation/misplaced.ts';
import { type Reach, reachOf } from '../explanation/reach.ts';
import type { WebhookEntry } from '../explanation/webhook-entries.ts';
import type { Workload } from '../manifest/workloads.ts';
import { applied } from '../removal/injected.ts';
import type { Known } from './cluster-view.ts';
import type { Explained } from './explained.ts';

/** What a workload is explained by. */
export interface Surroundings {
  readonly namespace: Namespace;
  /** The namespace as it is in the cluster. */
  readonly namespaceObject?: Known<JsonObject | undefined>;
  readonly webhooks?: Known<readonly WebhookEntry[]>;
  readonly rules: Rules;
  readonly places: Places;
  /** Whether the object exists, and is no manifest. */
  readonly isLive: boolean;
}

export function explainWorkload(
  workload: Workload,
  mutation: Mutation,
  around: Surroundings,
): Explained {
  const { kind, name, template, annotations } = workload;
  const { namespace, rules } = around;
  const misplaced = misplacedKey(kind, annotations, mutation, rules.annotationPrefix);
  const reach = reachIn(template, around);
  const explained: Explained = {
    kind,
    namespace: namespace.name,
    name,
    mutation,
    explanation: explain(template, mutation, around),
    before: template,
    after: template === undefined ? undefined : applied(template, mutation),
    ...(misplaced !== undefined && { misplaced }),
    ...(reach && { reach }),
  };
  const isPod = kind === 'Pod' && around.isLive && isObject(template);
  return isPod ? { ...explained, live: liveOf(template, explained, around) } : explained;
}

function reachIn(template: Json | undefined, around: Surroundings): Explained['reach'] {
  const { webhooks, namespaceObject, namespace, rules } = around;
  if (webhooks === undefined) return undefined;
  if ('unknown' in webhooks) return webhooks;
  if (namespaceObject !== undefined && 'unknown' in namespaceObject) return namespaceObject;
  const object = isObject(template) ? template : undefined;
  const candidate = {
    namespace: namespace.name,
    namespaceLabels: labelsOf(namespaceObject?.value),
    labels: labelsOf(object),
    annotations: annotationsOf(object),
  };
  return reachOf(candidate, webhooks.value, rules.annotationPrefix);
}

const NOBODY_ASKED = { unknown: 'no cluster was asked' };

function liveOf(
  pod: JsonObject,
  { mutation, explanation, reach = NOBODY_ASKED }: Explained,
  { namespaceObject, rules }: Surroundings,
): NonNullable<Explained['live']> {
  const namespace = namespaceObject && 'value' in namespaceObject && namespaceObject.value;
  const status = annotationsOf(pod)[`${rules.annotationPrefix}status`];
  const injected = explanation.there.flatMap(({ container }) => container ?? []);
  const { wishes } = explanation;
  const because = likelyReason({
    pod,
    namespace: namespace || undefined,
    wishes,
    mutation,
    injected,
    hasStatus: status !== undefined,
    reach: reach satisfies Reach | { unknown: string },
  });
  return {
    isMissing: isMissing(mutation),
    ...(isMissing(mutation) && { because }),
    ...(status !== undefined && { status }),
  };
}
