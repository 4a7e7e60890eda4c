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
  return undefined;
}

/** Whether two files cannot both be there: they are one, or one would have to be a folder too. */
export function pathsClash(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}
