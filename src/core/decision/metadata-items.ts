import { isCIdentifier } from '../api/names.ts';
import { utf8Bytes } from '../api/sizes.ts';
import { parseEnvSource } from './env-source.ts';
import type { EnvItem, FileItem } from './profiles.ts';
import { parseSource, type SourceFault } from './sources.ts';
import {
  FaultList,
  invalid,
  listedTwice,
  type Parse,
  type ParseContext,
  type Parsed,
  pieces,
} from './values.ts';

/** Reads `NAME=source[:divisor]` items, separated by commas or newlines. A source can be a list separated by `|`. */
export const parseEnvItems: Parse<readonly EnvItem[]> = (text, context) =>
  parseItems(text, context, 'NAME=source[:divisor]', (name, sourceText) => {
    if (!isCIdentifier(name)) return { fault: ENV_NAME_FAULT };
    const source = parseEnvSource(sourceText);
    return 'fault' in source ? source : { name, source };
  });

/** Reads `path=source[:divisor]` items, separated by commas or newlines. */
export const parseFileItems: Parse<readonly FileItem[]> = (text, context) =>
  parseItems(text, context, 'path=source[:divisor]', (path, sourceText) => {
    const fault = filePathFault(path);
    if (fault !== undefined) return { fault };
    const source = parseSource(sourceText, 'files');
    return 'fault' in source ? source : { path, source };
  });

const ENV_NAME_FAULT = 'expected a name of letters, digits and _ that does not begin with a digit';

/** @param read makes an item of the texts before and after the first `=`, or says what is wrong. */
function parseItems<Item extends EnvItem | FileItem>(
  text: string,
  { annotation }: ParseContext,
  form: string,
  read: (name: string, source: string) => Item | SourceFault,
): Parsed<readonly Item[]> {
  const names = new ItemNames();
  const items: Item[] = [];
  const faults = new FaultList(annotation);
  for (const piece of pieces(text, /[,\n]/).filter((one) => one !== '')) {
    const [name, source] = splitItem(piece);
    const item = source === undefined ? { fault: `expected ${form}` } : read(name, source);
    if ('fault' in item) {
      faults.add(() => invalid(annotation, piece, item.fault, item.hint));
      continue;
    }
    const other = names.add(item);
    if (other === undefined) items.push(item);
    else if (other === name) faults.add(() => listedTwice(annotation, name));
    else faults.add(() => invalid(annotation, piece, PATH_CLASH, `; it conflicts with ${other}`));
  }
  const { all } = faults;
  if (items.length > 0 || all.length > 0) return { value: items, faults: all };
  return { faults: [invalid(annotation, text.trim(), `expected items of the form ${form}`)] };
}

const PATH_CLASH = 'expected a path that is not inside or above the path of another file';

function splitItem(piece: string): [name: string, source: string | undefined] {
  const at = piece.indexOf('=');
  return at < 0 ? [piece, undefined] : [piece.slice(0, at).trim(), piece.slice(at + 1).trim()];
}

/**
 * The names of a set of items, which exclude each other if they are equal, or if one is a file where
 * the other needs a folder. Each addition takes as long as its path is deep.
 */
export class ItemNames {
  readonly #names = new Set<string>();
  /** The folders of the files, each with the first file in it. */
  readonly #folders = new Map<string, string>();

  /** @returns the name that excludes the item; undefined if the item was added. */
  add(item: EnvItem | FileItem): string | undefined {
    const clash = this.clashing(item);
    if (clash !== undefined) return clash;
    this.#names.add(nameOf(item));
    for (const folder of foldersOf(item)) {
      if (!this.#folders.has(folder)) this.#folders.set(folder, nameOf(item));
    }
    return undefined;
  }

  /** @returns the name that excludes the item, if there is one. */
  clashing(item: EnvItem | FileItem): string | undefined {
    const name = nameOf(item);
    if (this.#names.has(name)) return name;
    return this.#folders.get(name) ?? foldersOf(item).find((folder) => this.#names.has(folder));
  }
}

/** The name of a variable, or the path of a file. */
export function nameOf(item: EnvItem | FileItem): string {
  return 'name' in item ? item.name : item.path;
}

/** Whether two items exclude each other: see `ItemNames`. */
export function clash(one: EnvItem | FileItem, other: EnvItem | FileItem): boolean {
  const names = new ItemNames();
  names.add(one);
  return names.clashing(other) !== undefined;
}

/** The folders around a file: `a` and `a/b` for `a/b/c`. */
function foldersOf(item: EnvItem | FileItem): string[] {
  if ('name' in item) return [];
  const parts = item.path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

export const FILE_NAME_BYTES = 255;

/** Less than PATH_MAX (4096), because kubelet puts its own folders before it. */
export const FILE_PATH_BYTES = 1024;

/**
 * Why a text cannot be the path of a file in a volume, beginning with "expected" (kubernetes
 * ValidateLocalNonReservedPath, and what kubelet can write).
 */
export function filePathFault(path: string): string | undefined {
  if (path === '') return 'expected a path';
  if (path.startsWith('/')) return 'expected a path relative to the mount, without a leading /';
  const segments = path.split('/');
  if (segments.includes('..')) return 'expected a path without ..';
  if (path.startsWith('..')) {
    return 'expected a path that does not begin with .., which the kubelet reserves';
  }
  if (segments.some((segment) => segment === '' || segment === '.')) {
    return 'expected a path without //, . and a trailing slash';
  }
  return lengthFault(path);
}

/**
 * Why a path is too long, beginning with "expected": kubelet (atomic_writer.go) and file systems
 * allow NAME_MAX bytes for a part and PATH_MAX for the whole. The API server accepts longer paths,
 * and the pod then never starts.
 */
export function lengthFault(path: string): string | undefined {
  if (utf8Bytes(path) > FILE_PATH_BYTES) {
    return `expected a path of at most ${FILE_PATH_BYTES} bytes`;
  }
  if (path.split('/').every((name) => utf8Bytes(name) <= FILE_NAME_BYTES)) return undefined;
  return `expected a path whose parts have at most ${FILE_NAME_BYTES} bytes`;
}
