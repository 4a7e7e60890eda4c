import { isObject, type Json } from '../core/api/json.ts';
import type { Pod, Volume, VolumeMount } from '../core/api/pod.ts';
import { podParts } from '../core/decision/pod-parts.ts';
import type { Injection } from '../core/injection/injection.ts';
import type { InjectedParts } from '../manifests/removal/injected-parts.ts';

export type ItemKind = 'env' | 'files' | 'container' | 'volume' | 'annotation';

/** The items of one kind that are injected into a container, or into the pod itself. */
export interface InjectedItems {
  /** The name of the container; absent if the items belong to the pod. */
  readonly container?: string;
  readonly kind: ItemKind;
  /** The names of variables, containers or volumes, the paths of mounts, or the keys of annotations. */
  readonly names: readonly string[];
  /** The sidecar of a mesh after which an injected container starts; absent if it is the first init container. */
  readonly after?: string;
}

/** What of a pod stays as it is, gets other contents, and is added. No item is in two of the three. */
export interface ComparedItems {
  readonly present: readonly InjectedItems[];
  readonly changed: readonly InjectedItems[];
  readonly added: readonly InjectedItems[];
}

/** @param present what is injected in the pod already. */
export function compareItems(
  present: readonly InjectedItems[],
  injection: Injection,
): ComparedItems {
  const added = itemsAdded(injection);
  const isChanged = (items: InjectedItems, name: string): boolean =>
    (items.kind === 'container' && injection.restartIndex !== undefined) ||
    added.some((other) => isSameKind(items, other) && other.names.includes(name));
  const changed = only(present, isChanged);
  return {
    present: only(present, (items, name) => !isChanged(items, name)),
    changed,
    added: only(
      added,
      (items, name) =>
        !changed.some((other) => isSameKind(items, other) && other.names.includes(name)),
    ),
  };
}

function isSameKind(one: InjectedItems, other: InjectedItems): boolean {
  return one.kind === other.kind && one.container === other.container;
}

function only(
  all: readonly InjectedItems[],
  isWanted: (items: InjectedItems, name: string) => boolean,
): InjectedItems[] {
  return notEmpty(
    all.map((items) => ({ ...items, names: items.names.filter((name) => isWanted(items, name)) })),
  );
}

/** What an injection adds to a pod. */
function itemsAdded(injection: Injection): InjectedItems[] {
  const { containers, volumes, annotations, ambassador } = injection;
  return notEmpty([
    {
      kind: 'container',
      names: ambassador === undefined ? [] : [ambassador.container.name],
      ...(ambassador?.after !== undefined && { after: ambassador.after }),
    },
    ...containers.flatMap(({ name, env, volumeMounts }): InjectedItems[] => [
      { container: name, kind: 'env', names: env.map(nameOf) },
      { container: name, kind: 'files', names: volumeMounts.map(pathOf) },
    ]),
    { kind: 'volume', names: volumes.map(nameOf) },
    { kind: 'annotation', names: [...annotations.keys()] },
  ]);
}

/** What is injected in a pod already. */
export function itemsPresent(pod: Pod, present: InjectedParts): InjectedItems[] {
  const ambassador = podParts(pod).ambassador?.container;
  return notEmpty([
    { kind: 'container', names: ambassador === undefined ? [] : [ambassador.name] },
    ...present.containers.flatMap(({ container, env, volumeMounts }): InjectedItems[] => [
      { container: container.name, kind: 'env', names: pick(container.env, env).map(nameOf) },
      {
        container: container.name,
        kind: 'files',
        names: pick(container.volumeMounts, volumeMounts).map(pathOf),
      },
    ]),
    { kind: 'volume', names: pick(pod.spec.volumes, present.volumes).map(nameOf) },
    { kind: 'annotation', names: present.annotations },
  ]);
}

function notEmpty(items: readonly InjectedItems[]): InjectedItems[] {
  return items.filter(({ names }) => names.length > 0);
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function pathOf({ mountPath }: VolumeMount): string {
  return mountPath;
}

function pick<Item>(items: readonly Item[] | null | undefined, indexes: readonly number[]): Item[] {
  return indexes.flatMap((index) => items?.[index] ?? []);
}

/** The files that a mount of the Downward API shows in a container. */
export function filesAt(pod: Pod, container: string, mountPath: string): string[] {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const mount = all
    .find(({ name }) => name === container)
    ?.volumeMounts?.find((one) => one.mountPath === mountPath);
  const volume = pod.spec.volumes?.find(({ name }) => name === mount?.name);
  return volume === undefined ? [] : filesIn(volume);
}

function filesIn({ downwardAPI }: Volume): string[] {
  const items: Json | undefined = isObject(downwardAPI) ? downwardAPI['items'] : undefined;
  if (!Array.isArray(items)) return [];
  return items.flatMap((item) =>
    isObject(item) && typeof item['path'] === 'string' ? item['path'] : [],
  );
}
