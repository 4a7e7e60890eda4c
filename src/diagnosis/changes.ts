import { isObject, type Json } from '../core/api/json.ts';
import { type AddOperation, pointerTokens } from '../core/api/json-patch.ts';
import type { Pod, Volume, VolumeMount } from '../core/api/pod.ts';
import { podParts } from '../core/decision/pod-parts.ts';
import type { InjectedParts } from '../manifests/removal/injected-parts.ts';

export type ChangeKind = 'env' | 'files' | 'container' | 'volume' | 'annotation';

/** Things of one kind that a container, or the pod itself, gets or has got. */
export interface Change {
  /** Absent where it is about the pod. */
  readonly container?: string;
  readonly kind: ChangeKind;
  /** Variables, mount paths, containers, volumes or annotation keys. */
  readonly names: readonly string[];
}

/** What operations add to a pod, container by container. */
export function changesOf(pod: Pod, operations: readonly AddOperation[]): Change[] {
  return gathered(operations.flatMap((operation) => changeOf(pod, operation)));
}

/** The same of what is podherald's in a pod. */
export function changesThere(pod: Pod, injected: InjectedParts): Change[] {
  const ambassador = podParts(pod).ambassador?.container;
  const inContainers = injected.containers.flatMap(({ container, env, volumeMounts }): Change[] => {
    const { name } = container;
    return [
      { container: name, kind: 'env', names: pick(container.env, env) },
      { container: name, kind: 'files', names: pick(container.volumeMounts, volumeMounts, path) },
    ];
  });
  const all: Change[] = [
    { kind: 'container', names: ambassador === undefined ? [] : [ambassador.name] },
    ...inContainers,
    { kind: 'volume', names: pick(pod.spec.volumes, injected.volumes) },
    { kind: 'annotation', names: injected.annotations },
  ];
  return all.filter(({ names }) => names.length > 0);
}

function path({ mountPath }: VolumeMount): string {
  return mountPath;
}

function pick<Item extends { readonly name: string }>(
  items: readonly Item[] | null | undefined,
  indexes: readonly number[],
  nameOf: (item: Item) => string = ({ name }) => name,
): string[] {
  return indexes.flatMap((index) => {
    const item = items?.[index];
    return item === undefined ? [] : nameOf(item);
  });
}

function changeOf(pod: Pod, { path: pointer, value }: AddOperation): Change[] {
  const [root, list, ...rest] = pointerTokens(pointer);
  if (root === 'metadata') return annotationChange([list, ...rest], value);
  if (list === 'volumes') return [{ kind: 'volume', names: names(value) }];
  const [index, member] = rest;
  if (list !== 'containers' && list !== 'initContainers') return [];
  if (member === undefined) return [{ kind: 'container', names: names(value) }];
  const container = pod.spec[list]?.[Number(index)]?.name ?? '';
  if (member === 'env') return [{ container, kind: 'env', names: names(value) }];
  return [{ container, kind: 'files', names: names(value, 'mountPath') }];
}

function annotationChange(tokens: readonly (string | undefined)[], value: Json): Change[] {
  const [, key] = tokens;
  if (key !== undefined) return [{ kind: 'annotation', names: [key] }];
  const all = tokens.length === 0 || tokens[0] === undefined ? member(value, 'annotations') : value;
  return [{ kind: 'annotation', names: Object.keys(isObject(all) ? all : {}) }];
}

function member(value: Json, key: string): Json | undefined {
  return isObject(value) ? value[key] : undefined;
}

/** Of one object, or of a list of them. */
function names(value: Json, key = 'name'): string[] {
  const items: readonly Json[] = Array.isArray(value) ? value : [value as Json];
  return items.flatMap((item) => {
    const name = member(item, key);
    return typeof name === 'string' ? name : [];
  });
}

function gathered(changes: readonly Change[]): Change[] {
  const groups = Map.groupBy(changes, ({ container = '', kind }) => `${container} ${kind}`);
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    return { ...first, names: [first, ...others].flatMap((change) => change.names) };
  });
}

/** The files that a mount of the Downward API shows. */
export function filesAt(pod: Pod, container: string, mountPath: string): string[] {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const mount = all
    .find(({ name }) => name === container)
    ?.volumeMounts?.find((one) => one.mountPath === mountPath);
  const volume = pod.spec.volumes?.find(({ name }) => name === mount?.name);
  return volume === undefined ? [] : filesIn(volume);
}

function filesIn({ downwardAPI }: Volume): string[] {
  const items = isObject(downwardAPI) ? downwardAPI['items'] : undefined;
  return Array.isArray(items) ? items.flatMap((item) => names(item, 'path')) : [];
}
