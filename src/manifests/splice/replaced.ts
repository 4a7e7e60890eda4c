import type { Json } from '../../core/api/json.ts';
import { deletion, type Edit, lineEnd, nextLine } from './text-edit.ts';
import { type ItemToken, itemEnd } from './tokens.ts';

/**
 * An insertion into `env: []` or `env:` replaces a value that the user wrote. A comment beside the key keeps its text, so
 * that `unsplice` can write it again.
 */
export function replacedComment(value: string): string {
  return `${REPLACED} ${value}`;
}

const REPLACED = '# podherald replaced';

const COMMENT = new RegExp(
  `^[ \\t]*(${REPLACED} (nothing|\\[\\s*\\]|\\{\\s*\\}|~|null|Null|NULL))(?=\\s|$)`,
);

/** The edits that write a replaced value again, instead of the value that replaced it. */
export interface Restoration {
  readonly edits: readonly Edit[];
  readonly value: Json;
}

/** @returns undefined unless the comment beside the key of a block map names the replaced value. */
export function restoration(text: string, item: ItemToken): Restoration | undefined {
  const colon = item.sep?.find(({ type }) => type === 'map-value-ind');
  if (colon === undefined) return undefined;
  const colonEnd = colon.offset + 1;
  const rest = text.slice(colonEnd, lineEnd(text, colonEnd));
  const [beside, comment = '', value = ''] = COMMENT.exec(rest) ?? [];
  if (beside === undefined) return undefined;
  const end = colonEnd + beside.length;
  const isNothing = value === 'nothing';
  const shown = {
    at: isNothing ? end - comment.length - 1 : end - comment.length,
    to: end,
    text: isNothing ? '' : value,
  };
  const below = nextLine(text, end) ?? text.length;
  const valueEnd = itemEnd(item);
  const afterValue =
    text[valueEnd - 1] === '\n' ? valueEnd : nextLine(text, lineEnd(text, valueEnd));
  return {
    edits: [shown, deletion(below, afterValue ?? text.length)],
    value: emptyValue(value),
  };
}

function emptyValue(text: string): Json {
  if (text.startsWith('[')) return [];
  return text.startsWith('{') ? {} : null;
}
