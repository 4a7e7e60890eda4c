import { isObject, type Json } from '../../core/api/json.ts';
import { escapeToken, pointerTokens } from '../../core/api/json-patch.ts';
import type { Pod } from '../../core/api/pod.ts';
import type { ContainerPlace } from '../../core/injection/injection.ts';

/** What of a pod is podherald's, by where it stands in the pod. */
export interface Ours {
  readonly containers: readonly OursInContainer[];
  /** Indexes of `volumes`. */
  readonly volumes: readonly number[];
  /** The index of the ambassador in `initContainers`. */
  readonly sidecar?: number;
  readonly annotations: readonly string[];
}

export interface OursInContainer {
  readonly at: ContainerPlace;
  readonly name: string;
  /** Indexes of `env`. */
  readonly env: readonly number[];
  /** Indexes of `volumeMounts`. */
  readonly volumeMounts: readonly number[];
}

export const NOTHING_OURS: Ours = { containers: [], volumes: [], annotations: [] };

export function isNothing({ containers, volumes, sidecar, annotations }: Ours): boolean {
  const inContainers = containers.some(
    ({ env, volumeMounts }) => env.length + volumeMounts.length > 0,
  );
  return !inContainers && volumes.length === 0 && sidecar === undefined && annotations.length === 0;
}

/**
 * The places of a pod that are to go, as JSON Pointers: each stands on the pod as it is. A list or
 * map of which nothing would stay goes as a whole.
 */
export function removalsOf(pod: Pod, ours: Ours): string[] {
  const single = [
    ...ours.annotations.map((key) => `/metadata/annotations/${escapeToken(key)}`),
    ...ours.containers.flatMap(({ at, env, volumeMounts }) => {
      const path = `/spec/${at.list}/${at.index}`;
      return [
        ...env.map((index) => `${path}/env/${index}`),
        ...volumeMounts.map((index) => `${path}/volumeMounts/${index}`),
      ];
    }),
    ...(ours.sidecar === undefined ? [] : [`/spec/initContainers/${ours.sidecar}`]),
    ...ours.volumes.map((index) => `/spec/volumes/${index}`),
  ];
  return collapse(pod as unknown as Json, single);
}

function collapse(pod: Json, paths: readonly string[]): string[] {
  const byParent = Map.groupBy(paths, parentOf);
  const emptied = [...byParent].filter(([parent, all]) => isAll(pod, parent, all));
  if (emptied.length === 0) return [...paths];
  const gone = new Set(emptied.map(([parent]) => parent));
  const kept = paths.filter((path) => !gone.has(parentOf(path)));
  return collapse(pod, [...kept, ...gone]);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** The pod itself never goes, and it always has a spec. */
function isAll(pod: Json, parent: string, children: readonly string[]): boolean {
  const value = pointerTokens(parent).reduce<Json | undefined>(member, pod);
  return parent !== '' && children.length === Object.keys(value ?? {}).length;
}

function member(value: Json | undefined, token: string): Json | undefined {
  if (Array.isArray(value)) return value[Number(token)];
  return isObject(value) ? value[token] : undefined;
}

/** A document without the places that JSON Pointers name. */
export function without<Document>(document: Document, paths: readonly string[]): Document {
  return cut(document as Json, paths.map(pointerTokens)) as Document;
}

function cut(value: Json, paths: readonly (readonly string[])[]): Json {
  if (paths.length === 0 || typeof value !== 'object' || value === null) return value;
  const below = Map.groupBy(paths, ([token = '']) => token);
  const kept = Object.entries(value as Readonly<Record<string, Json>>).flatMap(
    ([token, inner]): [string, Json][] => {
      const [first, ...others] = (below.get(token) ?? []).map(([, ...rest]) => rest);
      if (first === undefined) return [[token, inner]];
      return first.length === 0 ? [] : [[token, cut(inner, [first, ...others])]];
    },
  );
  return Array.isArray(value) ? kept.map(([, inner]) => inner) : Object.fromEntries(kept);
}
