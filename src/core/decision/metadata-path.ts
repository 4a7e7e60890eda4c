import { lengthFault } from './file-path.ts';
import { invalid, type ParseContext, type Parsed } from './parsed.ts';

/** Where containers find the ambassador's kubeconfig. */
export const KUBECONFIG_FOLDER = '/etc/podherald';

/** What a container's runtime mounts itself: no container starts with a mount there. */
export const RUNTIME_FOLDERS = ['/proc', '/sys'];
/** Of these only the folder itself: it holds files that the runtime and kubelet put there. */
export const SHARED_FOLDERS = ['/dev', '/etc'];

/** Reads an absolute path that files can be mounted at. */
export function parseMetadataPath(text: string, { key }: ParseContext): Parsed<string> {
  const path = text.trim();
  const fault = mountPathFault(path);
  return fault === undefined
    ? { value: path, faults: [] }
    : { faults: [invalid(key, path, fault)] };
}

/** Why a text cannot be a mount path, as the end of a sentence. A colon is what the API forbids. */
export function mountPathFault(path: string): string | undefined {
  const [root, ...names] = path.split('/');
  if (root !== '' || names.length === 0) return 'expected an absolute path such as /etc/downward';
  if (path === '/') return 'expected a folder below /, such as /etc/downward';
  if (/[:\p{Cc}]/u.test(path)) return 'expected a path without : and control characters';
  if (names.some((name) => name === '' || name === '.' || name === '..')) {
    return 'expected a path without doubled or trailing slashes, . and ..';
  }
  if (isTaken(path))
    return `expected another folder: ${path} is for what containers are started with`;
  return lengthFault(path);
}

function isTaken(path: string): boolean {
  if (SHARED_FOLDERS.includes(path)) return true;
  return [...RUNTIME_FOLDERS, KUBECONFIG_FOLDER].some(
    (folder) => path === folder || path.startsWith(`${folder}/`),
  );
}
