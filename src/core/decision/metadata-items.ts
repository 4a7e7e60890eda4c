import { isCIdentifier } from '../api/names.ts';
import { utf8Bytes } from '../api/sizes.ts';
import type { EnvItem, FileItem } from './profiles.ts';
import { finding } from './reasons.ts';
import { parseSource, type Side } from './sources.ts';
import {
  type Fault,
  invalid,
  type Parse,
  type ParseContext,
  type Parsed,
  pieces,
  quote,
} from './values.ts';

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

/** Reads `NAME=source[:divisor]` items, separated by commas or newlines. */
export const parseEnvItems: Parse<readonly EnvItem[]> = (text, context) =>
  parseItems(text, context, 'NAME=source[:divisor]', (name, sourceText) => {
    if (!isCIdentifier(name)) return ENV_NAME_FAULT;
    const source = readSource(sourceText, 'env');
    return typeof source === 'string' ? source : { name, source };
  });

/** Reads `path=source[:divisor]` items, separated by commas or newlines. */
export const parseFileItems: Parse<readonly FileItem[]> = (text, context) =>
  parseItems(text, context, 'path=source[:divisor]', (path, sourceText) => {
    const fault = filePathFault(path);
    if (fault !== undefined) return fault;
    const source = readSource(sourceText, 'files');
    return typeof source === 'string' ? source : { path, source };
  });

const ENV_NAME_FAULT = 'expected a name of letters, digits and _ that does not begin with a digit';

function readSource(text: string, side: Side) {
  const source = parseSource(text, side);
  return 'fault' in source ? source.fault : source;
}

/** @param read makes an item of what stands around the first `=`, or says what is wrong with it. */
function parseItems<Item extends EnvItem | FileItem>(
  text: string,
  { key }: ParseContext,
  form: string,
  read: (name: string, source: string) => Item | string,
): Parsed<readonly Item[]> {
  const items: Item[] = [];
  const faults: Fault[] = [];
  for (const piece of pieces(text, /[,\n]/).filter((one) => one !== '')) {
    const [name, source] = splitItem(piece);
    const item = source === undefined ? `expected ${form}` : read(name, source);
    if (typeof item === 'string') faults.push(invalid(key, piece, item));
    else {
      const other = items.find((one) => clash(one, item));
      if (other === undefined) items.push(item);
      else faults.push(clashFault(key, piece, nameOf(item), nameOf(other)));
    }
  }
  if (items.length > 0 || faults.length > 0) return { value: items, faults };
  return { faults: [invalid(key, text.trim(), `expected items ${form}`)] };
}

function clashFault(key: string, piece: string, name: string, other: string): Fault {
  if (name === other) return finding('given_twice', { key, value: quote(name) });
  return invalid(key, piece, `expected no path inside or around that of another file, ${other}`);
}

function nameOf(item: EnvItem | FileItem): string {
  return 'name' in item ? item.name : item.path;
}

function splitItem(piece: string): [name: string, source: string | undefined] {
  const at = piece.indexOf('=');
  return at < 0 ? [piece, undefined] : [piece.slice(0, at).trim(), piece.slice(at + 1).trim()];
}

/** Whether two items cannot both be there: a name twice, a file that would be a folder too. */
export function clash(one: EnvItem | FileItem, other: EnvItem | FileItem): boolean {
  if ('name' in one || 'name' in other) {
    return 'name' in one && 'name' in other && one.name === other.name;
  }
  return pathsClash(one.path, other.path);
}
