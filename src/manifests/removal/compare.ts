import { sameJson } from '../../core/api/json.ts';
import type { Pod, Volume, VolumeMount } from '../../core/api/pod.ts';
import { sameFiles } from '../../core/injection/downward-api.ts';

/** Whether two volumes hold the same, whatever they are called. */
export function sameVolume(one: Volume | undefined, other: Volume | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return sameFiles(one, other) || sameJson({ ...one, name: '' }, { ...other, name: '' });
}

/** Whether two mounts, each of a pod of its own, show the same at the same place. */
export function sameMount(one: VolumeMount, of: Pod, other: VolumeMount, ofOther: Pod): boolean {
  return (
    sameJson({ ...one, name: '' }, { ...other, name: '' }) &&
    (one.name === other.name || sameVolume(volumeOf(one, of), volumeOf(other, ofOther)))
  );
}

function volumeOf({ name }: VolumeMount, { spec }: Pod): Volume | undefined {
  return spec.volumes?.find((volume) => volume.name === name);
}
