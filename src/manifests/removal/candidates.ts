import { isObject, type Json, sameJson } from '../../core/api/json.ts';
import type { Container, Pod, Volume } from '../../core/api/pod.ts';
import type { PlacedContainer } from '../../core/decision/pod-parts.ts';
import { sameEnvVar } from '../../core/injection/downward-api.ts';
import type { Anew } from './anew.ts';
import type { OursInContainer } from './ours.ts';
import { sameMount, sameVolume } from './same-volume.ts';

/**
 * What of a container equals what podherald adds to it, as far as it stands where podherald puts
 * it: variables first, in its order, mounts last.
 */
export function candidatesIn(
  pod: Pod,
  { container, at }: PlacedContainer,
  { bare, full }: Anew,
): OursInContainer {
  const twin = named(full.spec[at.list], container.name);
  const before = named(bare.spec[at.list], container.name)?.volumeMounts?.length ?? 0;
  const env = inOrder(container.env ?? [], twin?.env ?? [], sameEnvVar);
  const mounts = (container.volumeMounts ?? []).toReversed();
  const added = (twin?.volumeMounts ?? []).slice(before).toReversed();
  const fromEnd = inOrder(mounts, added, (one, other) => sameMount(one, pod, other, full));
  const volumeMounts = fromEnd.map((index) => mounts.length - 1 - index).toReversed();
  return { at, name: container.name, env, volumeMounts };
}

export function named(
  containers: readonly Container[] | null | undefined,
  name: string,
): Container | undefined {
  return containers?.find((container) => container.name === name);
}

/** The first indexes of a list whose items are found in another list, in its order. */
function inOrder<Item>(
  items: readonly Item[],
  others: readonly Item[],
  isSame: (one: Item, other: Item) => boolean,
): number[] {
  let next = 0;
  const end = items.findIndex((item) => {
    const found = others.findIndex((other, at) => at >= next && isSame(item, other));
    next = found + 1;
    return found === -1;
  });
  return [...items.keys()].slice(0, end === -1 ? items.length : end);
}

/** The volumes that equal an added one, whatever their numbers, and are called as ours are. */
export function volumeCandidates(pod: Pod, { bare, full }: Anew): number[] {
  const added = (full.spec.volumes ?? []).slice(bare.spec.volumes?.length ?? 0);
  return indexesOf(pod.spec.volumes, (volume) =>
    added.some((other) => sameVolume(volume, other) && isCalledLike(volume, other)),
  );
}

/** `downward`, `downward-app` and `downward-app-2` are all names of the same volume. */
function isCalledLike(one: Volume, other: Volume): boolean {
  const base = other.name.split('-', 1)[0] ?? '';
  return one.name === other.name || one.name === base || one.name.startsWith(`${base}-`);
}

export function indexesOf<Item>(
  items: readonly Item[] | null | undefined,
  isMeant: (item: Item) => boolean,
): number[] {
  return (items ?? []).flatMap((item, index) => (isMeant(item) ? index : []));
}

/** What the API server adds to a container that is stored (pkg/apis/core/v1/defaults.go). */
const STORED: Readonly<Record<string, Json>> = {
  imagePullPolicy: 'IfNotPresent',
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  timeoutSeconds: 1,
  periodSeconds: 10,
  successThreshold: 1,
  failureThreshold: 3,
};

/** Whether a value is ours, but for the defaults that the API server adds to what it stores. */
export function isStored(value: unknown, ours: unknown): boolean {
  if (Array.isArray(value) && Array.isArray(ours)) {
    return value.length === ours.length && value.every((item, at) => isStored(item, ours[at]));
  }
  if (!isObject(value) || !isObject(ours)) return sameJson(value, ours);
  const isThere = Object.keys(ours).every((key) => Object.hasOwn(value, key));
  return (
    isThere &&
    Object.entries(value).every(([key, member]) =>
      Object.hasOwn(ours, key) ? isStored(member, ours[key]) : sameJson(member, STORED[key]),
    )
  );
}
