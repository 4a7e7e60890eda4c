import type { CST } from 'yaml';
import { isObject, type Json } from '../../core/api/json.ts';
import type { Layout } from './block-layout.ts';
import type { Collection } from './collections.ts';
import { Refusal } from './refusal.ts';
import { blockLines, indented, inlineText, isNested } from './render.ts';
import { replacedComment } from './replaced.ts';
import {
  beginsLine,
  blanksBefore,
  commentAbove,
  commentColumn,
  deletion,
  type Edit,
  insertion,
  lineBreakOf,
  lineEnd,
  lineStart,
  nextLine,
} from './text-edit.ts';
import {
  type ItemToken,
  indicatorOf,
  itemEnd,
  itemStart,
  itemsWithContent,
  lastIndicator,
  nonEmptyToken,
  tokenEnd,
} from './tokens.ts';

/**
 * Inserts lines before the item at an index (from 0) of a block list, above the comment that
 * describes that item; after the last item if there is no item at the index.
 *
 * @param lines without the indentation of the list.
 */
export function insertLines(
  text: string,
  list: Collection,
  index: number,
  lines: readonly string[],
): Edit[] {
  const items = itemsWithContent(list.token);
  const [item, previous] = [items[index], items[index - 1]];
  if (!item) return appendLines(text, list, lines);
  const dash = itemStart(item);
  const { indent } = list.token;
  const shifted = indented(lines, indent);
  const lineBreak = lineBreakOf(text);
  if (beginsLine(text, dash)) {
    const at = previous
      ? commentAbove(text, dash, itemEnd(previous), indent)
      : commentAbove(text, dash, list.parent ? 0 : dash);
    return [insertion(at, shifted.map((line) => line + lineBreak).join(''))];
  }
  // `- - a`: the new item follows the outer dash, and the old first item moves to a new line.
  const first = shifted.join(lineBreak).slice(indent);
  return [insertion(dash, first + lineBreak + ' '.repeat(indent))];
}

/**
 * Inserts lines after the last item of a block list or map.
 *
 * @param lines without the indentation of the list or map.
 */
export function appendLines(
  text: string,
  { token, parent }: Collection,
  lines: readonly string[],
): Edit[] {
  const last = itemsWithContent(token).at(-1);
  const end = last ? itemEnd(last) : token.offset;
  const outerIndent = parent?.collection.token.indent ?? token.indent;
  return [linesAfter(text, end, outerIndent + 1, indented(lines, token.indent))];
}

/** Comments directly below the content, indented by at least `minColumn`, are part of it. */
function linesAfter(text: string, end: number, minColumn: number, lines: readonly string[]): Edit {
  // The content of a block scalar with `|+` includes the line break.
  const isAfterBreak = text[end - 1] === '\n';
  let at = isAfterBreak ? end : lineEnd(text, end);
  let below = isAfterBreak ? end : nextLine(text, end);
  while (below !== undefined) {
    const column = commentColumn(text, below);
    if (column === undefined || column < minColumn) break;
    at = lineEnd(text, below);
    below = nextLine(text, below);
  }
  const lineBreak = lineBreakOf(text);
  const joined = lines.join(lineBreak);
  return insertion(at, text[at - 1] === '\n' ? joined + lineBreak : lineBreak + joined);
}

/**
 * Writes the value of an item of a block list or map, in place of a scalar, an empty collection or
 * nothing.
 *
 * @throws Refusal if the item has neither a dash nor a colon.
 */
export function writeValue(
  text: string,
  outer: Collection,
  item: ItemToken,
  value: Json,
  layout: Layout,
): Edit[] {
  const old = nonEmptyToken(item.value);
  const indicator = lastIndicator(item);
  if (!indicator) throw new Refusal('unsupported', { path: outer.path, offset: itemStart(item) });
  if (old && (beginsLine(text, old.offset) || isBesideDash(text, old, indicator))) {
    const column = old.offset - lineStart(text, old.offset);
    return [{ ...deletionOf(text, old), text: textAtColumn(text, value, layout, column) }];
  }
  const indicatorEnd = indicator.offset + indicator.source.length;
  if (!isNested(value)) {
    const scalar = inlineText(value);
    if (!old) return [insertion(indicatorEnd, ` ${scalar}`)];
    return [{ ...deletionOf(text, old), text: scalar }];
  }
  const at = lineEnd(text, old ? deletionOf(text, old).to : indicatorEnd);
  const lines = indented(blockLines(value, layout), indentUnder(outer, value, layout));
  const below = insertion(at, lines.map((line) => lineBreakOf(text) + line).join(''));
  if (indicator.type !== 'map-value-ind') {
    return old ? [withBlanksBefore(text, deletionOf(text, old)), below] : [below];
  }
  if (!old) return [insertion(indicatorEnd, ` ${replacedComment('nothing')}`), below];
  const deleted = deletionOf(text, old);
  return [{ ...deleted, text: replacedComment(text.slice(deleted.at, deleted.to)) }, below];
}

/** Deletes the tag of an item's old value: it does not apply to the new value. */
export function deleteTag(text: string, item: ItemToken): Edit[] {
  const tag = indicatorOf({ start: [], sep: item.sep ?? [] }, 'tag');
  if (!tag) return [];
  return [withBlanksBefore(text, deletion(tag.offset, tag.offset + tag.source.length))];
}

function isBesideDash(text: string, value: CST.Token, indicator: CST.SourceToken): boolean {
  return indicator.type === 'seq-item-ind' && lineStart(text, value.offset) <= indicator.offset;
}

function textAtColumn(text: string, value: Json, layout: Layout, column: number): string {
  if (!isNested(value)) return inlineText(value);
  return blockLines(value, layout).join(lineBreakOf(text) + ' '.repeat(column));
}

function indentUnder({ token }: Collection, value: Json, layout: Layout): number {
  if (token.type === 'block-seq') return token.indent + layout.dashWidth;
  return token.indent + (isObject(value) ? layout.mapStep : layout.seqStep);
}

/** Deletes a value, but not the line breaks at the end of a block scalar. */
function deletionOf(text: string, token: CST.Token): Edit {
  const source = text.slice(token.offset, tokenEnd(token));
  return deletion(token.offset, token.offset + source.trimEnd().length);
}

function withBlanksBefore(text: string, edit: Edit): Edit {
  return { ...edit, at: blanksBefore(text, edit.at) };
}
