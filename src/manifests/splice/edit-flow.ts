import type { CST } from 'yaml';
import type { Json } from '../../core/api/json.ts';
import type { FlowCollection } from './collections.ts';
import { type FlowStyle, hasItemLines, indentUnitOf } from './flow-style.ts';
import { flowContent, flowValue } from './render.ts';
import {
  beginsLine,
  commentAbove,
  type Edit,
  endsLine,
  insertion,
  lineEnd,
  lineIndent,
  lineStart,
} from './text-edit.ts';
import {
  type ItemToken,
  itemEnd,
  itemStart,
  itemsWithContent,
  lastIndicator,
  nonEmptyToken,
  tokenEnd,
} from './tokens.ts';

/** Renders an item; its second and later lines begin with `indent`. */
export type FlowItem = (indent: string) => string;

/**
 * Inserts items before the item at an index (from 0) of a flow collection; at its end if there is
 * no item at the index.
 */
export function insertFlow(
  text: string,
  collection: FlowCollection,
  index: number,
  items: readonly FlowItem[],
  style: FlowStyle,
): Edit[] {
  const present = itemsWithContent(collection.token);
  const [next, previous] = [present[index], present[index - 1]];
  if (next) {
    const floor = previous ? itemEnd(previous) : collection.token.offset;
    return [insertBefore(text, itemStart(next), floor, items, style)];
  }
  if (previous) return append(text, collection.token, previous, items, style);
  return [fillEmpty(text, collection, items, style)];
}

function insertBefore(
  text: string,
  start: number,
  floor: number,
  items: readonly FlowItem[],
  style: FlowStyle,
): Edit {
  if (!beginsLine(text, start)) {
    return insertion(start, items.map((item) => item('') + style.comma).join(''));
  }
  const indent = lineIndent(text, start);
  const lines = items.map((item) => `${indent}${item(indent)},${style.lineBreak}`);
  return insertion(commentAbove(text, start, floor), lines.join(''));
}

function append(
  text: string,
  token: CST.FlowCollection,
  last: ItemToken,
  items: readonly FlowItem[],
  style: FlowStyle,
): Edit[] {
  const end = itemEnd(last);
  const comma = trailingCommaEnd(token);
  const contentEnd = comma ?? end;
  const isSameLine = lineEnd(text, contentEnd) === lineEnd(text, end);
  if (!hasItemLines(text, token) || !isSameLine || !endsLine(text, contentEnd)) {
    const indent = lineIndent(text, end);
    return [insertion(end, items.map((item) => style.comma + item(indent)).join(''))];
  }
  const indent = lineIndent(text, itemStart(last));
  const lines = items.map((item) => style.lineBreak + indent + item(indent)).join(',');
  const at = lineEnd(text, end);
  if (comma !== undefined) return [insertion(at, `${lines},`)];
  // Two edits, because a comment may follow the last item on its line.
  return [insertion(end, ','), insertion(at, lines)];
}

/** The offset after the comma that follows the last item, if there is one. */
function trailingCommaEnd(token: CST.FlowCollection): number | undefined {
  const rest = token.items.slice(itemsWithContent(token).length);
  const comma = rest.flatMap(({ start }) => start).find(({ type }) => type === 'comma');
  return comma && comma.offset + 1;
}

/** Writes the first items between the brackets of an empty collection. */
function fillEmpty(
  text: string,
  collection: FlowCollection,
  items: readonly FlowItem[],
  style: FlowStyle,
): Edit {
  const { token } = collection;
  const open = token.offset + 1;
  const close = tokenEnd(token) - 1;
  const hasComment = text.slice(open, close).trim() !== '';
  if (hasComment) {
    const indent = lineIndent(text, close) + indentUnitOf(text, collection);
    const lines = items.map((item) => indent + item(indent)).join(`,${style.lineBreak}`);
    return insertion(lineStart(text, close), lines + style.lineBreak);
  }
  const indent = lineIndent(text, open);
  const pad = token.start.source === '{' ? style.bracePad : style.bracketPad;
  const rendered = items.map((item) => item(indent + (style.indentUnit ?? '')));
  return { at: open, to: close, text: flowContent(rendered, style, pad, indent) };
}

/** Writes the value of a member of a flow map, in place of its old value or of nothing. */
export function writeFlowValue(
  text: string,
  item: ItemToken,
  value: Json,
  style: FlowStyle,
): Edit[] {
  const old = nonEmptyToken(item.value);
  const rendered = flowValue(value, style, lineIndent(text, itemStart(item)));
  if (old) return [{ at: old.offset, to: tokenEnd(old), text: rendered }];
  const end = itemEnd(item);
  return [insertion(end, lastIndicator(item) ? ` ${rendered}` : style.colon + rendered)];
}
