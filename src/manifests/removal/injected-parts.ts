import type { Json } from '../../core/api/json.ts';
import { escapeToken } from '../../core/api/json-patch.ts';
import type { Pod } from '../../core/api/pod.ts';
import type { PlacedContainer } from '../../core/decision/pod-parts.ts';
import { removeValues, valueAtPointer } from '../edit-json.ts';

/** The parts of a pod that podherald injected, or that equal what it injects. Indexes are from 0. */
export interface InjectedParts {
  readonly containers: readonly ContainerParts[];
  /** Indexes in `spec.volumes`. */
  readonly volumes: readonly number[];
  /** Index in `spec.initContainers`. */
  readonly ambassadorIndex?: number;
  /** Keys in `metadata.annotations`. */
  readonly annotations: readonly string[];
}

/** The injected parts of one container. */
export interface ContainerParts extends PlacedContainer {
  /** Indexes in `env`. */
  readonly env: readonly number[];
  /** Indexes in `volumeMounts`. */
  readonly volumeMounts: readonly number[];
}

export const NO_PARTS: InjectedParts = { containers: [], volumes: [], annotations: [] };

/** Whether the parts are empty in the pod and in all of its containers. */
export function hasNoParts(parts: InjectedParts): boolean {
  const { containers, volumes, ambassadorIndex, annotations } = parts;
  const inContainers = containers.some(
    ({ env, volumeMounts }) => env.length + volumeMounts.length > 0,
  );
  const inPod = volumes.length + annotations.length > 0 || ambassadorIndex !== undefined;
  return !inContainers && !inPod;
}

/** Copies a pod without some of its parts. */
export function removeParts(pod: Pod, parts: InjectedParts): Pod {
  return removeValues(pod, pointersTo(parts, pod as unknown as Json));
}

/**
 * Returns JSON Pointers (RFC 6901) to parts of a pod, which all refer to the pod as it is. If the
 * parts are all items of a list or map, the pointer leads to the list or map itself.
 */
export function pointersTo(parts: InjectedParts, pod: Json | undefined): string[] {
  const single = [
    ...parts.annotations.map((key) => `/metadata/annotations/${escapeToken(key)}`),
    ...parts.containers.flatMap(({ at, env, volumeMounts }) => {
      const path = `/spec/${at.list}/${at.index}`;
      return [
        ...env.map((index) => `${path}/env/${index}`),
        ...volumeMounts.map((index) => `${path}/volumeMounts/${index}`),
      ];
    }),
    ...(parts.ambassadorIndex === undefined
      ? []
      : [`/spec/initContainers/${parts.ambassadorIndex}`]),
    ...parts.volumes.map((index) => `/spec/volumes/${index}`),
  ];
  return mergeComplete(pod, single);
}

function mergeComplete(pod: Json | undefined, pointers: readonly string[]): string[] {
  const byParent = Map.groupBy(pointers, parentOf);
  const complete = [...byParent].filter(([parent, all]) => isComplete(pod, parent, all));
  if (complete.length === 0) return [...pointers];
  const merged = new Set(complete.map(([parent]) => parent));
  const others = pointers.filter((pointer) => !merged.has(parentOf(pointer)));
  return mergeComplete(pod, [...others, ...merged]);
}

function parentOf(pointer: string): string {
  return pointer.slice(0, pointer.lastIndexOf('/'));
}

/** The pod itself is never complete, as no pointer leads to its `spec`. */
function isComplete(pod: Json | undefined, parent: string, children: readonly string[]): boolean {
  const value = valueAtPointer(pod, parent);
  return parent !== '' && children.length === Object.keys(value ?? {}).length;
}
