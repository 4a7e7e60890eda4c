import { utf8Bytes } from '../api/utf8.ts';

export const FILE_NAME_BYTES = 255;

/** Less than PATH_MAX (4096), as kubelet puts its own folders before it. */
export const FILE_PATH_BYTES = 1024;

/**
 * Why a text cannot be the path of a file in a volume, as the end of a sentence (kubernetes
 * ValidateLocalNonReservedPath, and what kubelet can write).
 */
export function filePathFault(path: string): string | undefined {
  if (path === '') return 'expected a path';
  if (path.startsWith('/')) return 'expected a path relative to the mount, without a leading /';
  const segments = path.split('/');
  if (segments.includes('..')) return 'expected a path without ..';
  if (path.startsWith('..'))
    return 'expected a path that does not begin with .., which is kubelet’s';
  if (segments.some((segment) => segment === '' || segment === '.')) {
    return 'expected a path without empty parts and .';
  }
  return lengthFault(path);
}

/**
 * What kubelet (atomic_writer.go) and file systems can hold, in bytes: NAME_MAX for a part, PATH_MAX
 * for the whole. The API server accepts more, and the pod then never starts.
 */
export function lengthFault(path: string): string | undefined {
  if (utf8Bytes(path) > FILE_PATH_BYTES)
    return `expected a path of at most ${FILE_PATH_BYTES} bytes`;
  if (path.split('/').every((name) => utf8Bytes(name) <= FILE_NAME_BYTES)) return undefined;
  return `expected a path of parts of at most ${FILE_NAME_BYTES} bytes`;
}

/** Whether two files cannot both be there: they are one, or one would have to be a folder too. */
export function pathsClash(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}
