import { isObject, type Json, sameJson } from '../../core/api/json.ts';
import type { Pod, Volume, VolumeMount } from '../../core/api/pod.ts';
import { sameFiles } from '../../core/injection/downward-api.ts';

/** Whether two lists have equal items in the same order. */
export function sameItems<Item>(
  one: readonly Item[] | null | undefined,
  other: readonly Item[] | null | undefined,
  isSame: (item: Item, twin: Item) => boolean,
): boolean {
  const [items, twins] = [one ?? [], other ?? []];
  if (items.length !== twins.length) return false;
  return items.every((item, index) => {
    const twin = twins[index];
    return twin !== undefined && isSame(item, twin);
  });
}

/** Whether two volumes have the same contents; their names may differ. */
export function sameVolume(one: Volume | undefined, other: Volume | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return sameFiles(one, other) || sameJson({ ...one, name: '' }, { ...other, name: '' });
}

/** Whether two mounts, each in its own pod, are equal and show volumes with the same contents. */
export function sameMount(one: VolumeMount, pod: Pod, other: VolumeMount, otherPod: Pod): boolean {
  return (
    sameJson({ ...one, name: '' }, { ...other, name: '' }) &&
    (one.name === other.name || sameVolume(volumeOf(one, pod), volumeOf(other, otherPod)))
  );
}

function volumeOf({ name }: VolumeMount, { spec }: Pod): Volume | undefined {
  return spec.volumes?.find((volume) => volume.name === name);
}

/** Whether two pods have volumes with the same contents, in any order. */
export function sameVolumes(one: Pod, other: Pod): boolean {
  const left = [...(other.spec.volumes ?? [])];
  const isSame = (one.spec.volumes ?? []).every((volume) => {
    const index = left.findIndex((twin) => sameVolume(volume, twin));
    if (index !== -1) left.splice(index, 1);
    return index !== -1;
  });
  return isSame && left.length === 0;
}

/** Whether two pods have init containers of the same names in the same order. */
export function sameInitContainers(one: Pod, other: Pod): boolean {
  const names = ({ spec }: Pod): string[] => (spec.initContainers ?? []).map(({ name }) => name);
  return sameItems(names(one), names(other), (name, twin) => name === twin);
}

/** The defaults of the API server for containers (pkg/apis/core/v1/defaults.go). */
const API_SERVER_DEFAULTS: Readonly<Record<string, Json>> = {
  imagePullPolicy: 'IfNotPresent',
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  timeoutSeconds: 1,
  periodSeconds: 10,
  successThreshold: 1,
  failureThreshold: 3,
};

/** Whether a stored value equals an injected one, ignoring the defaults of the API server. */
export function equalsInjected(stored: unknown, injected: unknown): boolean {
  if (Array.isArray(stored) && Array.isArray(injected)) {
    return sameItems<unknown>(stored, injected, equalsInjected);
  }
  if (!isObject(stored) || !isObject(injected)) return sameJson(stored, injected);
  const hasAllKeys = Object.keys(injected).every((key) => Object.hasOwn(stored, key));
  return (
    hasAllKeys &&
    Object.entries(stored).every(([key, member]) =>
      Object.hasOwn(injected, key)
        ? equalsInjected(member, injected[key])
        : sameJson(member, API_SERVER_DEFAULTS[key]),
    )
  );
}
