import type { Mutation } from '../core/admission/mutation.ts';
import { isObject, type Json, type JsonObject } from '../core/api/json.ts';
import { pointerTokens } from '../core/api/json-patch.ts';
import type { Annotations } from '../core/api/pod.ts';
import type { Unknown } from './known.ts';
import type { Reach } from './reach.ts';
import { objectAt } from './webhook-entries.ts';
import { type WhyNot, whyNot } from './why-not.ts';
import type { Wish } from './wish.ts';

/** What is known of a pod that exists, and what its namespace and the webhook say of it. */
export interface LivePod {
  readonly pod: JsonObject;
  readonly namespace: JsonObject | undefined;
  readonly wishes: readonly Wish[];
  /** What podherald would make of it now. */
  readonly mutation: Mutation;
  /** The containers that have something that is podherald's. */
  readonly injected: readonly string[];
  /** Whether it has a status annotation. */
  readonly hasStatus: boolean;
  /** Or why that cannot be told. */
  readonly reach: Reach | Unknown;
}

/** Whether a new pod would get something of its spec that this one lacks. */
export function isBehind({ operations }: Mutation): boolean {
  return operations.some(({ path }) => path.startsWith('/spec/'));
}

/** The likeliest reason why a pod that exists is behind. */
export function likelyReason(live: LivePod): WhyNot {
  const { reach } = live;
  if ('asked' in reach && !reach.asked) return reach.because;
  return (
    createdBefore(live) ??
    sinceInjected(live) ??
    askedLater(live) ??
    ('unknown' in reach ? whyNot('not_told', { why: reach.unknown }) : undefined) ??
    suspicion(reach)
  );
}

function suspicion(reach: LivePod['reach']): WhyNot {
  const isIgnored = 'by' in reach && reach.by.failurePolicy === 'Ignore';
  return isIgnored ? whyNot('unreachable', {}) : whyNot('unknown', {});
}

/** Times of Kubernetes are in UTC and to the second, so that their texts compare as they do. */
function createdBefore({ pod, reach }: LivePod): WhyNot | undefined {
  const created = createdAt(pod);
  if (!('by' in reach) || created === '' || created >= reach.by.created) return undefined;
  return whyNot('created_before_webhook', { created, installed: reach.by.created });
}

function createdAt(object: JsonObject): string {
  const { creationTimestamp } = objectAt(object, 'metadata');
  return typeof creationTimestamp === 'string' ? creationTimestamp : '';
}

/** A status annotation is no proof, but makes this likely. */
function sinceInjected({ mutation, injected, hasStatus, pod }: LivePod): WhyNot | undefined {
  if (injected.length === 0) return hasStatus ? whyNot('older_injection', {}) : undefined;
  const lacking = containersIn(mutation, pod);
  const isNew = lacking.length > 0 && lacking.every((name) => !injected.includes(name));
  return whyNot(isNew ? 'container_added_later' : 'older_injection', {});
}

function containersIn({ operations }: Mutation, pod: JsonObject): string[] {
  const spec = objectAt(pod, 'spec');
  return operations.flatMap(({ path }) => {
    const [, list = '', index, member] = pointerTokens(path);
    const containers = spec[list];
    if (member === undefined || !Array.isArray(containers)) return [];
    const container: Json = containers[Number(index)];
    return isObject(container) ? String(container['name']) : [];
  });
}

/** managedFields keep when the manager that wrote a key last wrote anything. */
function askedLater({ pod, namespace, wishes }: LivePod): WhyNot | undefined {
  const created = createdAt(pod);
  for (const { key, on, counts } of wishes) {
    const object = on === 'pod' ? pod : namespace;
    if (!counts || object === undefined) continue;
    const time = writtenAt(object, key);
    if (time === undefined || time <= created) continue;
    return whyNot('asked_later', { key, place: on, time, created });
  }
  return undefined;
}

/** The earliest time that a key can have been written; undefined where nobody knows. */
function writtenAt(object: JsonObject, key: string): string | undefined {
  const { managedFields } = objectAt(object, 'metadata');
  const entries: readonly Json[] = Array.isArray(managedFields) ? managedFields : [];
  const times = entries.filter(isObject).flatMap((entry) => {
    const metadata = objectAt(objectAt(entry, 'fieldsV1'), 'f:metadata');
    const isWriter = Object.hasOwn(objectAt(metadata, 'f:annotations'), `f:${key}`);
    return isWriter && typeof entry['time'] === 'string' ? entry['time'] : [];
  });
  return times.sort()[0];
}

export function annotationsOf(object: JsonObject | undefined): Annotations {
  return stringsAt(object, 'annotations');
}

export function labelsOf(object: JsonObject | undefined): Annotations {
  return stringsAt(object, 'labels');
}

function stringsAt(object: JsonObject | undefined, key: string): Annotations {
  const strings = Object.entries(objectAt(objectAt(object ?? {}, 'metadata'), key)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(strings);
}
