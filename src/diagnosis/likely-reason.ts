import type { JsonObject } from '../core/api/json.ts';
import type { Injection } from '../core/injection/injection.ts';
import type { AnnotationRequest } from './annotation-requests.ts';
import type { AdmissionPolicy, Unreadable } from './cluster-state.ts';
import { type MissingReason, missingReason } from './missing-reasons.ts';
import { objectAt, objectsAt } from './object-metadata.ts';
import type { WebhookReach } from './webhook-reach.ts';

/** A pod of a cluster that is missing an injection, and what is known about it. */
export interface IncompletePod {
  readonly pod: JsonObject;
  /** The Namespace object, if it exists and is readable. */
  readonly namespaceObject: JsonObject | undefined;
  readonly requests: readonly AnnotationRequest[];
  /** What podherald would add to the pod now. */
  readonly injection: Injection;
  /** The names of the containers in which something injected is present. */
  readonly injectedContainers: readonly string[];
  /** Whether its status annotation, or a policy that writes none, makes an earlier injection likely. */
  readonly wasInjected: boolean;
  readonly reach: WebhookReach | Unreadable;
}

/** The most likely reason why the pod is missing an injection. */
export function likelyReason(incomplete: IncompletePod): MissingReason {
  const { reach } = incomplete;
  if ('called' in reach && !reach.called) return notCalled(incomplete, reach);
  return (
    createdBeforeWebhook(incomplete) ??
    changedSinceInjection(incomplete) ??
    requestedAfterCreation(incomplete) ??
    ('unreadable' in reach ? missingReason('not_told', { why: reach.unreadable }) : undefined) ??
    whenWebhookWasCalled(reach)
  );
}

function notCalled(
  incomplete: IncompletePod,
  { because, policy }: Extract<WebhookReach, { called: false }>,
): MissingReason {
  if (policy === undefined) return because;
  return createdBeforePolicy(incomplete, policy) ?? requestedAfterCreation(incomplete) ?? because;
}

function whenWebhookWasCalled(reach: IncompletePod['reach']): MissingReason {
  const isIgnored = 'webhook' in reach && reach.webhook.failurePolicy === 'Ignore';
  return isIgnored ? missingReason('unreachable', {}) : missingReason('unknown', {});
}

/** Timestamps of Kubernetes are in UTC and in whole seconds, so they can be compared as strings. */
function createdBeforeWebhook({ pod, reach }: IncompletePod): MissingReason | undefined {
  const created = createdAt(pod);
  if (!('webhook' in reach) || created === '' || created >= reach.webhook.created) return undefined;
  return missingReason('created_before_webhook', { created, installed: reach.webhook.created });
}

function createdBeforePolicy(
  { pod }: IncompletePod,
  { name, created: installed }: AdmissionPolicy,
): MissingReason | undefined {
  const created = createdAt(pod);
  if (created === '' || created >= installed) return undefined;
  return missingReason('created_before_policy', { created, policy: name, installed });
}

function createdAt(object: JsonObject): string {
  const { creationTimestamp } = objectAt(object, 'metadata');
  return typeof creationTimestamp === 'string' ? creationTimestamp : '';
}

/** Without an earlier injection, what looks injected is the pod's own. */
function changedSinceInjection(incomplete: IncompletePod): MissingReason | undefined {
  const { injection, injectedContainers, wasInjected } = incomplete;
  if (!wasInjected) return undefined;
  const missing = injection.containers.map(({ name }) => name);
  const isAddedLater =
    missing.length > 0 && missing.every((name) => !injectedContainers.includes(name));
  return missingReason(isAddedLater ? 'container_added_later' : 'older_injection', {});
}

function requestedAfterCreation(incomplete: IncompletePod): MissingReason | undefined {
  const { pod, namespaceObject, requests } = incomplete;
  const created = createdAt(pod);
  for (const { key, on, effective } of requests) {
    const object = on === 'pod' ? pod : namespaceObject;
    if (!effective || object === undefined) continue;
    const written = annotatedAt(object, key);
    if (written === undefined) continue;
    const { time } = written;
    const isLater = time > created || (on === 'pod' && time === created && written.isSeparate);
    if (!isLater) continue;
    return missingReason('asked_later', { key, place: on, time, created });
  }
  return undefined;
}

interface Writing {
  readonly time: string;
  /** Whether its writer wrote nothing of the spec, so that it did not create the pod. */
  readonly isSeparate: boolean;
}

/**
 * The earliest time at which an annotation can have been written; undefined if it is unknown.
 * `managedFields` has one time for each field manager: that of its last write of any field.
 */
function annotatedAt(object: JsonObject, key: string): Writing | undefined {
  const writings = objectsAt(objectAt(object, 'metadata'), 'managedFields').flatMap((entry) => {
    const fields = objectAt(entry, 'fieldsV1');
    const annotations = objectAt(objectAt(fields, 'f:metadata'), 'f:annotations');
    const { time } = entry;
    if (!Object.hasOwn(annotations, `f:${key}`) || typeof time !== 'string') return [];
    return [{ time, isSeparate: !Object.hasOwn(fields, 'f:spec') }];
  });
  return writings.sort((one, other) => (one.time < other.time ? -1 : 1))[0];
}
