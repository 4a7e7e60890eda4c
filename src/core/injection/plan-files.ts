import type { Container, Volume, VolumeMount } from '../api/pod.ts';
import type { FileItem } from '../decision/profiles.ts';
import { type Finding, finding } from '../decision/reasons.ts';
import { sameFiles, toVolume, toVolumeMount } from './downward-api.ts';

/** What a clean path has none of: no root, doubled or trailing slashes, parts that begin with a dot. */
const UNCLEAN = /^[^/]|\/\/|\/$|\/\./;

/** A path without doubled or trailing slashes and without `.` and `..`; the root is ''. */
export function cleanPath(path: string): string {
  if (!UNCLEAN.test(path)) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.map((part) => `/${part}`).join('');
}

/** Whether one path is the other, inside it or around it, however they are spelt. */
export function pathsOverlap(one: string, other: string): boolean {
  const [a, b] = [`${cleanPath(one)}/`, `${cleanPath(other)}/`];
  return a.startsWith(b) || b.startsWith(a);
}

/** Where kubelet mounts a file into a container that says nothing else (core/v1 types.go). */
export const TERMINATION_MESSAGE_PATH = '/dev/termination-log';

/**
 * The paths that a container uses at, inside or around the one given. Block devices count, as the
 * API server refuses a mount at the path of a device, and the file for its last message.
 */
export function overlapping(container: Container, path: string): string[] {
  const used = [
    ...(container.volumeMounts ?? []).map(({ mountPath }) => mountPath),
    ...(container.volumeDevices ?? []).map(({ devicePath }) => devicePath),
    messagePath(container),
  ];
  return used.filter((other) => pathsOverlap(other, path));
}

function messagePath({ terminationMessagePath: path }: Container): string {
  return typeof path === 'string' && path !== '' ? path : TERMINATION_MESSAGE_PATH;
}

/** A volume's name is a DNS label (RFC 1123). */
const MAX_LENGTH = 63;

/**
 * A free name for the volume of a container's files: the base, such as `downward`, for the first
 * one, otherwise `downward-<container>`, then with a number. The same pod always gets the same
 * name. `kube-api-access` is no base: what begins so is the API server's.
 */
export function volumeName(
  base: string,
  container: string,
  isFirst: boolean,
  taken: ReadonlySet<string>,
): string {
  if (isFirst && !taken.has(base)) return base;
  for (let number = 1; ; number++) {
    const name = label(`${base}-${container}`, number === 1 ? '' : `-${number}`);
    if (!taken.has(name)) return name;
  }
}

/** What has to be cut off is told apart by a hash of the whole. */
function label(text: string, suffix: string): string {
  if (text.length + suffix.length <= MAX_LENGTH) return text + suffix;
  const tail = `-${fnv1a(text)}${suffix}`;
  return text.slice(0, MAX_LENGTH - tail.length) + tail;
}

/** FNV-1a, 32 bits, in eight hexadecimal digits (draft-eastlake-fnv, section 2). */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

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
