import { filePathFault, pathsClash } from './file-path.ts';
import { isCIdentifier } from './kubernetes-names.ts';
import {
  type Fault,
  invalid,
  type Parse,
  type ParseContext,
  type Parsed,
  pieces,
  quote,
} from './parsed.ts';
import type { EnvItem, FileItem } from './profile.ts';
import { finding } from './reasons.ts';
import { parseSource, type Side } from './source.ts';

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
