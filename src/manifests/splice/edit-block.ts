import type { CST } from 'yaml';
import { isObject, type Json } from '../../core/api/json.ts';
import type { Place } from './collections.ts';
import { Refusal } from './refusal.ts';
import { blockLines, indented, inlineText, isNested, type Layout } from './render.ts';
import {
  beginsLine,
  blanksBefore,
  commentAbove,
  commentColumn,
  type Edit,
  insertion,
  lineBreak,
  lineEnd,
  lineStart,
  nextLine,
} from './text-edit.ts';
import {
  type ItemToken,
  itemEnd,
  itemStart,
  lastSign,
  signOf,
  tokenEnd,
  written,
  writtenItems,
} from './tokens.ts';

/** Puts lines before the item at an index of a block list, above the comment that is about it. */
export function insertLines(
  text: string,
  place: Place,
  index: number,
  lines: readonly string[],
): Edit[] {
  const items = writtenItems(place.token);
  const [item, previous] = [items[index], items[index - 1]];
  if (!item) return appendLines(text, place, lines);
  const dash = itemStart(item);
  const shifted = indented(lines, place.token.indent);
  const end = lineBreak(text);
  if (beginsLine(text, dash)) {
    const at = previous
      ? commentAbove(text, dash, itemEnd(previous), place.token.indent)
      : commentAbove(text, dash, place.holder ? 0 : dash);
    return [insertion(at, shifted.map((line) => line + end).join(''))];
  }
  // `- - a`: the new first item takes the place beside the outer dash, the old one a new line.
  const first = shifted.join(end).slice(place.token.indent);
  return [insertion(dash, first + end + ' '.repeat(place.token.indent))];
}

/** Puts lines after the last item of a block list or map. */
export function appendLines(text: string, place: Place, lines: readonly string[]): Edit[] {
  const last = writtenItems(place.token).at(-1);
  const end = last ? itemEnd(last) : place.token.offset;
  const outside = place.holder?.place.token.indent ?? place.token.indent;
  return [linesAfter(text, end, outside + 1, indented(lines, place.token.indent))];
}

/** A comment that touches the content from below is part of it if it is indented like it. */
function linesAfter(text: string, end: number, minColumn: number, lines: readonly string[]): Edit {
  // Content that ends with a line break (`|+`) already ends its line.
  const afterBreak = text[end - 1] === '\n';
  let at = afterBreak ? end : lineEnd(text, end);
  let below = afterBreak ? end : nextLine(text, end);
  while (below !== undefined) {
    const column = commentColumn(text, below);
    if (column === undefined || column < minColumn) break;
    at = lineEnd(text, below);
    below = nextLine(text, below);
  }
  const joined = lines.join(lineBreak(text));
  return insertion(at, text[at - 1] === '\n' ? joined + lineBreak(text) : lineBreak(text) + joined);
}

/**
 * Writes a value into an item of a block list or map whose own value is not written, a scalar or
 * an empty collection: that gives way.
 */
export function writeValue(
  text: string,
  holder: Place,
  item: ItemToken,
  value: Json,
  layout: Layout,
): Edit[] {
  const old = written(item.value);
  const sign = lastSign(item);
  if (!sign) throw new Refusal('unsupported', { path: holder.path, offset: itemStart(item) });
  if (old && (beginsLine(text, old.offset) || isBesideDash(text, old, sign))) {
    const column = old.offset - lineStart(text, old.offset);
    return [{ ...span(text, old), text: inPlace(text, value, layout, column) }];
  }
  const signEnd = sign.offset + sign.source.length;
  if (!isNested(value)) {
    const scalar = inlineText(value);
    return [old ? { ...span(text, old), text: scalar } : insertion(signEnd, ` ${scalar}`)];
  }
  const at = lineEnd(text, old ? span(text, old).to : signEnd);
  const lines = indented(blockLines(value, layout), columnUnder(holder, value, layout));
  const below = insertion(at, lines.map((line) => lineBreak(text) + line).join(''));
  return old ? [withoutBlanks(text, span(text, old)), below] : [below];
}

/** Takes away the tag of a value that gives way: it spoke of the old value. */
export function dropTag(text: string, item: ItemToken): Edit[] {
  const tag = signOf({ start: [], sep: item.sep ?? [] }, 'tag');
  if (!tag) return [];
  return [withoutBlanks(text, { at: tag.offset, to: tag.offset + tag.source.length, text: '' })];
}

function isBesideDash(text: string, value: CST.Token, sign: CST.SourceToken): boolean {
  return sign.type === 'seq-item-ind' && lineStart(text, value.offset) <= sign.offset;
}

function inPlace(text: string, value: Json, layout: Layout, column: number): string {
  if (!isNested(value)) return inlineText(value);
  return blockLines(value, layout).join(lineBreak(text) + ' '.repeat(column));
}

function columnUnder(holder: Place, value: Json, layout: Layout): number {
  const { indent, type } = holder.token;
  if (type === 'block-seq') return indent + layout.dashWidth;
  return indent + (isObject(value) ? layout.mapStep : layout.seqStep);
}

/** The span of a value, without the line breaks that end a block scalar. */
function span(text: string, token: CST.Token): Edit {
  const source = text.slice(token.offset, tokenEnd(token));
  return { at: token.offset, to: token.offset + source.trimEnd().length, text: '' };
}

function withoutBlanks(text: string, edit: Edit): Edit {
  return { ...edit, at: blanksBefore(text, edit.at) };
}
