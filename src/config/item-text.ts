import type { EnvItem, FileItem } from '../core/decision/profiles.ts';
import { CONTAINER_NAME } from '../core/decision/profiles.ts';
import {
  isContainerName,
  parseSource,
  type SideNames,
  type SourceFault,
} from '../core/decision/sources.ts';

const PROFILE_SIDES: SideNames = { env: 'env', files: 'files' };

type EnvSource = EnvItem['source'];
type FileSource = FileItem['source'];

/** An item of a profile as the config writes it: a source, a text with references, or a text. */
export type ItemText = string | { readonly value: string };

/**
 * | written              | means                                  |
 * | -------------------- | -------------------------------------- |
 * | `metadata.name`      | a field, as in an annotation           |
 * | `limits.memory:1Mi`  | a resource, as in an annotation        |
 * | `container.name`     | the name of the container              |
 * | `http://$(POD_IP)`   | a literal, because it has a reference  |
 * | `{value: text}`      | a literal                              |
 */
export function envSource(item: ItemText): EnvSource | SourceFault {
  const literal = literalOf(item);
  if (literal !== undefined) return { literal };
  const text = String(item);
  return isContainerName(text) ? CONTAINER_NAME : parseSource(text, 'env', PROFILE_SIDES);
}

/** The Downward API writes no literals into files. */
export function fileSource(text: string): FileSource | SourceFault {
  if (literalOf(text) !== undefined || isContainerName(text)) {
    return { fault: 'works only as env; the Downward API has no files for it' };
  }
  return parseSource(text, 'files', PROFILE_SIDES);
}

/** The text of a literal, in whatever stands at the place of an item. */
export function literalOf(item: unknown): string | undefined {
  if (typeof item === 'string') return item.includes('$(') ? item : undefined;
  if (typeof item !== 'object' || item === null || !('value' in item)) return undefined;
  return typeof item.value === 'string' ? item.value : undefined;
}

/** Writes a source so that the functions above read the same again. */
export function itemText(source: EnvSource): ItemText {
  if ('fieldRef' in source) return source.fieldRef;
  if ('resource' in source) return `${source.resource}:${source.divisor}`;
  if ('containerName' in source) return 'container.name';
  return source.literal.includes('$(') ? source.literal : { value: source.literal };
}
