import { invalid, type ParseContext, type Parsed } from './parsed.ts';

/** The longest name that common file systems can hold (NAME_MAX). */
const NAME_LENGTH = 255;

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
  if (names.some((name) => name.length > NAME_LENGTH)) {
    return `expected names of at most ${NAME_LENGTH} characters`;
  }
  return undefined;
}
