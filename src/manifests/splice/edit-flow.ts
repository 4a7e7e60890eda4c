import type { CST } from 'yaml';
import type { Json } from '../../core/api/json.ts';
import type { Place } from './collections.ts';
import { type FlowStyle, flowInside, flowValue } from './render.ts';
import { hasOwnLines, unitOf } from './style.ts';
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
  lastSign,
  tokenEnd,
  written,
  writtenItems,
} from './tokens.ts';

/** Renders an item; lines after its first begin with `indent`. */
export type FlowItem = (indent: string) => string;

/** Puts items before the item at an index of a flow collection, or at its end. */
export function insertFlow(
  text: string,
  place: Place & { token: CST.FlowCollection },
  index: number,
  items: readonly FlowItem[],
  style: FlowStyle,
): Edit[] {
  const present = writtenItems(place.token);
  const [before, previous] = [present[index], present[index - 1]];
  if (before) {
    const floor = previous ? itemEnd(previous) : place.token.offset;
    return [insertBefore(text, itemStart(before), floor, items, style)];
  }
  if (previous) return append(text, place.token, previous, items, style);
  return [fill(text, place, items, style)];
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
  const comma = trailingComma(token);
  const contentEnd = comma ?? end;
  const sameLine = lineEnd(text, contentEnd) === lineEnd(text, end);
  if (!hasOwnLines(text, token) || !sameLine || !endsLine(text, contentEnd)) {
    const indent = lineIndent(text, end);
    return [insertion(end, items.map((item) => style.comma + item(indent)).join(''))];
  }
  const indent = lineIndent(text, itemStart(last));
  const lines = items.map((item) => style.lineBreak + indent + item(indent)).join(',');
  const at = lineEnd(text, end);
  if (comma !== undefined) return [insertion(at, `${lines},`)];
  // Two edits, as a comment may follow the last item on its line.
  return [insertion(end, ','), insertion(at, lines)];
}

/** Where the comma after the last item ends, if there is one. */
function trailingComma(token: CST.FlowCollection): number | undefined {
  const rest = token.items.slice(writtenItems(token).length);
  const comma = rest.flatMap(({ start }) => start).find(({ type }) => type === 'comma');
  return comma && comma.offset + 1;
}

/** Puts the first items between the brackets of an empty collection. */
function fill(
  text: string,
  place: Place & { token: CST.FlowCollection },
  items: readonly FlowItem[],
  style: FlowStyle,
): Edit {
  const open = place.token.offset + 1;
  const close = tokenEnd(place.token) - 1;
  const inside = text.slice(open, close);
  if (inside.trim() !== '') {
    const indent = lineIndent(text, close) + unitOf(text, place);
    const lines = items.map((item) => indent + item(indent)).join(`,${style.lineBreak}`);
    return insertion(lineStart(text, close), lines + style.lineBreak);
  }
  const indent = lineIndent(text, open);
  const pad = place.token.start.source === '{' ? style.bracePad : style.bracketPad;
  const rendered = items.map((item) => item(indent + (style.unit ?? '')));
  return { at: open, to: close, text: flowInside(rendered, style, pad, indent) };
}

/** Writes a value into a member of a flow map whose own value gives way or is not written. */
export function writeFlowValue(
  text: string,
  item: ItemToken,
  value: Json,
  style: FlowStyle,
): Edit[] {
  const old = written(item.value);
  const rendered = flowValue(value, style, lineIndent(text, itemStart(item)));
  if (old) return [{ at: old.offset, to: tokenEnd(old), text: rendered }];
  const end = itemEnd(item);
  return [insertion(end, lastSign(item) ? ` ${rendered}` : style.colon + rendered)];
}
