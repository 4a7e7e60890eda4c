import type { Container, Pod, Volume, VolumeMount } from '../api/pod.ts';
import { type Finding, finding } from '../decision/findings.ts';
import { containerCause, type PlacedContainer } from '../decision/pod-parts.ts';
import type { FileItem } from '../decision/profiles.ts';
import { filesKey, sameFiles, toVolume, toVolumeMount } from './downward-api.ts';

/** A set of files, and the containers of a pod that get it. */
export interface FilesRequest {
  readonly files: readonly FileItem[];
  /** The absolute path of the folder that holds them. */
  readonly mountPath: string;
  /** How the names of the volumes begin. */
  readonly volumeName: string;
  /** Whether a container gets the files. */
  readonly isFor: (container: Container) => boolean;
}

export interface FilesPlan {
  /** The volumes to add, in the order of the containers that need them. */
  readonly volumes: readonly Volume[];
  /** One for each container, in their order; undefined for one that does not get the files. */
  readonly containers: readonly (ContainerFiles | undefined)[];
}

/** What one container gets: a mount of a volume that exists or is added, or a finding. */
export interface ContainerFiles {
  readonly volumeMounts: readonly VolumeMount[];
  readonly findings: readonly Finding[];
}

const NOTHING: ContainerFiles = { volumeMounts: [], findings: [] };

/**
 * Plans the volumes and mounts by which containers see a set of files. Files with a resource item
 * differ from container to container, and then each container gets a volume of its own.
 */
export function planFiles(
  pod: Pod,
  containers: readonly PlacedContainer[],
  { files, mountPath, volumeName, isFor }: FilesRequest,
): FilesPlan {
  if (files.length === 0) {
    const plans = containers.map(({ container }) => (isFor(container) ? NOTHING : undefined));
    return { volumes: [], containers: plans };
  }
  const existing = pod.spec.volumes ?? [];
  const names = new Set(existing.map(({ name }) => name));
  const byFiles = volumesByFiles(existing);
  const isShared = files.every(({ source }) => 'fieldRef' in source);
  const added: Volume[] = [];
  // An added volume that names its container is of no use to another container.
  const usable = () => (isShared ? [...existing, ...added] : existing);
  const first = containers.find(({ container }) => isFor(container))?.container;
  const volumeFor = (container: Container): Volume => {
    if (isShared && added[0] !== undefined) return added[0];
    const wanted = toVolume('', files, container.name);
    // Most pods have no downwardAPI volume, and making a key takes longer than all the rest.
    const equal = byFiles.size === 0 ? undefined : byFiles.get(filesKey(wanted) ?? '');
    if (equal !== undefined) return equal;
    const name = freeVolumeName(volumeName, container.name, isShared || container === first, names);
    names.add(name);
    const volume = { ...wanted, name };
    added.push(volume);
    return volume;
  };
  const plans = containers.map((placed): ContainerFiles | undefined => {
    const { container } = placed;
    if (!isFor(container)) return undefined;
    const overlapping = pathsOverlapping(container, mountPath);
    if (overlapping.length === 0) {
      const { name } = volumeFor(container);
      return { volumeMounts: [toVolumeMount(name, mountPath)], findings: [] };
    }
    if (isMounted(usable(), container, files, mountPath, overlapping)) return NOTHING;
    const slots = {
      container: container.name,
      path: mountPath,
      existing: overlapping.join(', '),
    };
    return { volumeMounts: [], findings: [finding('mount_exists', slots, containerCause(placed))] };
  });
  return { volumes: added, containers: plans };
}

/** The first of the downwardAPI volumes with the same files. */
function volumesByFiles(volumes: readonly Volume[]): Map<string, Volume> {
  const byFiles = new Map<string, Volume>();
  for (const volume of volumes) {
    const key = filesKey(volume);
    if (key !== undefined && !byFiles.has(key)) byFiles.set(key, volume);
  }
  return byFiles;
}

/** Whether the only overlapping mount is exactly the one that would be added. */
function isMounted(
  volumes: readonly Volume[],
  container: Container,
  files: readonly FileItem[],
  mountPath: string,
  overlapping: readonly string[],
): boolean {
  const [only, ...others] = (container.volumeMounts ?? []).filter((mount) =>
    overlapping.includes(mount.mountPath),
  );
  if (only === undefined || others.length > 0 || overlapping.length > 1) return false;
  if (only.mountPath !== mountPath || only.readOnly !== true) return false;
  if (Object.keys(only).length !== Object.keys(toVolumeMount('', '')).length) return false;
  const volume = volumes.find(({ name }) => name === only.name);
  return volume !== undefined && sameFiles(volume, toVolume('', files, container.name));
}

/** Where kubelet mounts a file into a container that names no other path (core/v1 types.go). */
export const TERMINATION_MESSAGE_PATH = '/dev/termination-log';

/**
 * The paths of a container at, inside or around the given one: its mounts, its block devices (the
 * API server rejects a mount at the path of a device), and the file for its termination message.
 */
export function pathsOverlapping(container: Container, path: string): string[] {
  const used = [
    ...(container.volumeMounts ?? []).map(({ mountPath }) => mountPath),
    ...(container.volumeDevices ?? []).map(({ devicePath }) => devicePath),
    terminationMessagePath(container),
  ];
  return used.filter((other) => pathsOverlap(other, path));
}

function terminationMessagePath({ terminationMessagePath: path }: Container): string {
  return typeof path === 'string' && path !== '' ? path : TERMINATION_MESSAGE_PATH;
}

/**
 * Whether one path is the other, inside it or around it, in any spelling. In most images /var/run is a link to /run:
 * they count as the same folder.
 */
export function pathsOverlap(one: string, other: string): boolean {
  const [a, b] = [comparablePath(one), comparablePath(other)];
  return a.startsWith(b) || b.startsWith(a);
}

function comparablePath(path: string): string {
  const clean = `${cleanPath(path)}/`;
  return clean.startsWith('/var/run/') ? clean.slice('/var'.length) : clean;
}

/** Found in every path that `cleanPath` changes: doubled or trailing slashes, parts with a dot. */
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

/** A volume's name is a DNS label (RFC 1123). */
const MAX_NAME_LENGTH = 63;

/**
 * A free name for a volume: the base, such as `downward`, for the first container, otherwise
 * `downward-<container>`, then with a number. The same pod always gets the same name.
 */
export function freeVolumeName(
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

/** A name that is too long is cut, and a hash of the whole keeps it distinct. */
function label(text: string, suffix: string): string {
  if (text.length + suffix.length <= MAX_NAME_LENGTH) return text + suffix;
  const tail = `-${fnv1a(text)}${suffix}`;
  return text.slice(0, MAX_NAME_LENGTH - tail.length) + tail;
}

/** FNV-1a, 32 bits, in eight hexadecimal digits (draft-eastlake-fnv, section 2). */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
