import type { Container, Volume, VolumeMount } from '../api/pod.ts';
import type { FileItem } from '../decision/profile.ts';
import { type Finding, finding } from '../decision/reasons.ts';
import { sameFiles, toVolume, toVolumeMount } from './downward-api.ts';
import { overlapping } from './mount-path.ts';
import { volumeName } from './volume-name.ts';

/** What one container gets: a mount of a volume that is there or comes along. */
export interface FilesPlan {
  readonly volumeMounts: readonly VolumeMount[];
  readonly findings: readonly Finding[];
}

/** Plans the volumes of one pod, container by container. */
export class VolumePlanner {
  /** The volumes to add, in the order of the containers that need them. */
  readonly added: Volume[] = [];
  readonly #files: readonly FileItem[];
  readonly #mountPath: string;
  readonly #volumes: Volume[];
  readonly #names: Set<string>;
  /** With a resource item the files differ from container to container, and so do the volumes. */
  readonly #shared: boolean;

  readonly #name: string;

  /** @param name what the names of the volumes begin with. */
  constructor(
    volumes: readonly Volume[],
    files: readonly FileItem[],
    mountPath: string,
    name = 'downward',
  ) {
    this.#name = name;
    this.#files = files;
    this.#mountPath = mountPath;
    this.#volumes = [...volumes];
    this.#names = new Set(volumes.map(({ name }) => name));
    this.#shared = files.every(({ source }) => 'fieldRef' in source);
  }

  plan(container: Container, isFirst: boolean): FilesPlan {
    if (this.#files.length === 0) return { volumeMounts: [], findings: [] };
    const taken = overlapping(container, this.#mountPath);
    if (taken.length === 0) {
      const { name } = this.#volumeFor(container, isFirst);
      return { volumeMounts: [toVolumeMount(name, this.#mountPath)], findings: [] };
    }
    if (this.#isMounted(container, taken)) return { volumeMounts: [], findings: [] };
    const slots = { container: container.name, path: this.#mountPath, existing: taken.join(', ') };
    return { volumeMounts: [], findings: [finding('mount_exists', slots)] };
  }

  #volumeFor(container: Container, isFirst: boolean): Volume {
    const wanted = toVolume('', this.#files, container.name);
    const equal = this.#volumes.find((volume) => sameFiles(volume, wanted));
    if (equal !== undefined) return equal;
    const name = volumeName(this.#name, container.name, isFirst || this.#shared, this.#names);
    const volume = { ...wanted, name };
    // One that names its container is of no use to another, and need not be compared with theirs.
    if (this.#shared) this.#volumes.push(volume);
    this.#names.add(name);
    this.added.push(volume);
    return volume;
  }

  /** Whether the only mount in the way is just what we would add. */
  #isMounted(container: Container, taken: readonly string[]): boolean {
    const [only, ...others] = (container.volumeMounts ?? []).filter(({ mountPath }) =>
      taken.includes(mountPath),
    );
    if (only === undefined || others.length > 0 || taken.length > 1) return false;
    if (only.mountPath !== this.#mountPath || only.readOnly !== true) return false;
    if (Object.keys(only).length !== Object.keys(toVolumeMount('', '')).length) return false;
    const volume = this.#volumes.find(({ name }) => name === only.name);
    const wanted = toVolume('', this.#files, container.name);
    return volume !== undefined && sameFiles(volume, wanted);
  }
}
