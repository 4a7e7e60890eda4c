import { imageTag } from '../api/image-reference.ts';
import type { Container, Pod } from '../api/pod.ts';
import type { KnownName } from './known-names.ts';
import type { EnvItem, FieldSource, LiteralSource } from './profiles.ts';
import type { Rules } from './rules.ts';
import { type OwnerRef, type WorkloadRef, workloadOf } from './workload.ts';

/** What is known of a pod when it is created. */
export interface PodFacts {
  readonly workload: WorkloadRef;
  readonly clusterName?: string | undefined;
}

/** A source without a value, and why. It never holds text of the pod. */
export interface MissingValue {
  readonly missing: string;
}

/** @returns undefined if no item needs it, as for most pods. */
export function factsFor(
  items: readonly EnvItem[],
  pod: Pod,
  owner: OwnerRef | undefined,
  { clusterName }: Rules,
): PodFacts | undefined {
  if (!items.some(({ source }) => 'known' in source)) return undefined;
  return { workload: workloadOf(pod, owner), clusterName };
}

/** More than any name or image has. The API server allows more in `kind` and `image`. */
export const MAX_VALUE_LENGTH = 1024;

export const NO_VALUE = {
  workload: 'the workload of this pod is not known',
  image: 'the container has no image',
  imageTag: 'the image of the container is not a valid image reference',
  clusterName: 'the config does not set cluster.name',
  length: `the value has more than ${MAX_VALUE_LENGTH} characters`,
} as const;

/** The source that a known name becomes in a container. */
export function knownSource(
  name: KnownName,
  { workload, clusterName }: PodFacts,
  container: Container,
): LiteralSource | FieldSource | MissingValue {
  switch (name) {
    case 'workload.kind':
      return literalOf(workload.kind, NO_VALUE.workload);
    case 'workload.name':
      if (isPodItself(workload)) return { fieldRef: 'metadata.name' };
      return literalOf(workload.name, NO_VALUE.workload);
    case 'container.name':
      return literalOf(container.name, '');
    case 'container.image':
      return literalOf(textOf(container.image), NO_VALUE.image);
    case 'container.imageTag':
      return literalOf(imageTag(textOf(container.image)), NO_VALUE.imageTag);
    case 'cluster.name':
      return literalOf(clusterName, NO_VALUE.clusterName);
  }
}

function isPodItself({ kind, name }: WorkloadRef): boolean {
  return kind === 'Pod' && name === undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function literalOf(text: string | undefined, why: string): LiteralSource | MissingValue {
  if (text === undefined || text === '') return { missing: why };
  const isLong = text.length > MAX_VALUE_LENGTH && [...text].length > MAX_VALUE_LENGTH;
  return isLong ? { missing: NO_VALUE.length } : { literal: escapeReferences(text) };
}

/** The kubelet expands `$(NAME)` in values, and replaces `$$` by `$` (third_party/forked/golang/expansion). */
function escapeReferences(text: string): string {
  return text.replaceAll('$', () => '$$');
}
