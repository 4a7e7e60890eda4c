import type { Container } from '../api/pod.ts';

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
