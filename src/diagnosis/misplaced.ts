import { isObject, type Json, type JsonObject } from '../core/api/json.ts';
import {
  ANNOTATION_KEYS,
  ANNOTATION_NAMES,
  annotationNameOf,
} from '../core/decision/annotations.ts';
import { didYouMean } from '../core/decision/values.ts';
import type { Workload } from '../manifests/workloads.ts';
import { annotationsOf } from './live-pod.ts';
import type { Owner } from './owner.ts';

/** An annotation of ours on a workload, where it has no effect. */
export interface MisplacedKey {
  readonly key: string;
  readonly value: string;
  /** Whether the pod template says something else under that key, which counts. */
  readonly isContradicted?: true;
  /** Of a key that podherald does not know: the nearest one, as the end of a sentence. */
  readonly unknown?: { readonly hint: string };
}

/** All such annotations of one workload. */
export interface Misplaced {
  readonly owner: Owner;
  readonly keys: readonly MisplacedKey[];
}

/**
 * The commonest mistake: an annotation on a Deployment does not reach its pods. One that stands on
 * the pod template as well does, and tools which annotate everything write both.
 */
export function misplacedOn(
  { kind, name, annotations, template }: Workload,
  prefix: string,
): Misplaced | undefined {
  if (kind === 'Pod') return undefined;
  const own = annotationsOf(isObject(template) ? template : undefined);
  const keys = Object.entries(annotations).flatMap(([key, value]) =>
    misplacedKey(key, value, own, prefix),
  );
  return keys.length === 0 ? undefined : { owner: { kind, name }, keys };
}

function misplacedKey(
  key: string,
  given: Json | undefined,
  own: JsonObject,
  prefix: string,
): MisplacedKey[] {
  const value = String(given);
  const name = annotationNameOf(key, prefix);
  if (name === undefined) {
    if (!key.startsWith(prefix) || Object.hasOwn(own, key)) return [];
    const hint = didYouMean(key.slice(prefix.length), ANNOTATION_NAMES);
    return [{ key, value, unknown: { hint } }];
  }
  if (ANNOTATION_KEYS[name].on.length === 0) return [];
  const said = Object.keys(own).filter((other) => annotationNameOf(other, prefix) === name);
  if (said.length === 0) return [{ key, value }];
  return said.some((other) => own[other] === value) ? [] : [{ key, value, isContradicted: true }];
}

/**
 * What is wrong, a sentence for each kind of mistake.
 *
 * @param place such as `Deployment`, or `Deployment web` where that is not plain.
 */
export function misplacedSentences({ owner, keys }: Misplaced, place = owner.kind): string[] {
  const unread = keys.filter(({ unknown, isContradicted }) => !unknown && !isContradicted);
  const path = `${TEMPLATES[owner.kind] ?? 'spec.template'}.metadata.annotations`;
  const stand = (those: readonly MisplacedKey[]): string =>
    `${those.map(({ key }) => key).join(', ')} ${those.length === 1 ? 'stands' : 'stand'} on the ${place}`;
  return [
    ...(unread.length === 0
      ? []
      : [`${stand(unread)}; pods get only what stands on the pod template (${path})`]),
    ...keys
      .filter(({ isContradicted }) => isContradicted)
      .map((one) => `${stand([one])}; what the pod template says instead counts (${path})`),
    ...keys.flatMap((one) =>
      one.unknown === undefined
        ? []
        : `${stand([one])}, and is not a known annotation${one.unknown.hint}`,
    ),
  ];
}

const TEMPLATES: Readonly<Record<string, string>> = {
  CronJob: 'spec.jobTemplate.spec.template',
  PodTemplate: 'template',
};
