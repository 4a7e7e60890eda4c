import { mutate } from '../admission/mutate.ts';
import type { JsonObject } from '../api/json.ts';
import { isMalformed, parsePod } from '../api/pod.ts';
import type { Namespace } from '../decision/decide.ts';
import type { Rules } from '../decision/rules.ts';
import { findOurs } from '../removal/find-ours.ts';
import { changesThere } from './changes.ts';
import { annotationsOf, isMissing, labelsOf, likelyReason } from './live-pod.ts';
import { reachOf } from './reach.ts';
import type { WebhookEntry } from './webhook-entries.ts';
import type { WhyNot } from './why-not.ts';
import { wishesOf } from './wish.ts';

/** What pods are audited by. */
export interface AuditedBy {
  readonly rules: Rules;
  readonly webhooks: readonly WebhookEntry[] | { readonly unknown: string };
}

/** A namespace as podherald decides by it, and as it is in the cluster. */
export interface AuditedNamespace {
  readonly namespace: Namespace;
  readonly object: JsonObject | undefined;
}

/** Why a pod lacks what it asks for; undefined where it lacks nothing. */
export function auditPod(
  pod: JsonObject,
  { namespace, object }: AuditedNamespace,
  { rules, webhooks }: AuditedBy,
): WhyNot | undefined {
  const mutation = mutate(pod, namespace, rules);
  if (!isMissing(mutation)) return undefined;
  const parsed = parsePod(pod);
  const there = isMalformed(parsed) ? [] : changesThere(parsed, findOurs(parsed, namespace, rules));
  const annotations = annotationsOf(pod);
  const candidate = {
    namespace: namespace.name,
    namespaceLabels: labelsOf(object),
    labels: labelsOf(pod),
    annotations,
  };
  return likelyReason({
    pod,
    namespace: object,
    wishes: wishesOf(annotations, namespace, rules.annotationPrefix),
    mutation,
    hasStatus: Object.hasOwn(annotations, `${rules.annotationPrefix}status`),
    injected: there.flatMap(({ container }) => container ?? []),
    reach:
      'unknown' in webhooks
        ? webhooks
        : reachOf(candidate, webhooks as readonly WebhookEntry[], rules.annotationPrefix),
  });
}
