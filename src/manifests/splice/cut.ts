import type { CST } from 'yaml';
import {
  beginsLine,
  commentAbove,
  deletion,
  type Edit,
  endsLine,
  lineEnd,
  lineStart,
  nextLine,
} from './text-edit.ts';
import { type ItemToken, itemEnd, itemStart, itemsWithContent } from './tokens.ts';

/**
 * Deletes the lines of items of a block list or map; comments above them stay.
 *
 * @param removed indexes (from 0) of the items to delete, not of all items.
 */
export function cutFromBlock(
  text: string,
  token: CST.BlockMap | CST.BlockSequence,
  removed: ReadonlySet<number>,
): Edit[] {
  const items = itemsWithContent(token);
  const firstKept = items.findIndex((_, index) => !removed.has(index));
  return items.flatMap((item, index) => {
    if (!removed.has(index)) return [];
    if (beginsLine(text, itemStart(item))) return [linesOf(text, item)];
    // Beside an outer dash, as in `- env:`: the first item that stays moves up to that dash.
    return [deletion(itemStart(item), itemStart(items[firstKept] ?? item))];
  });
}

function linesOf(text: string, item: ItemToken): Edit {
  const end = itemEnd(item);
  // The content of a block scalar with `|+` includes the line break.
  const isAfterBreak = text[end - 1] === '\n';
  const next = isAfterBreak ? end : nextLine(text, lineEnd(text, end));
  return deletion(lineStart(text, itemStart(item)), next ?? text.length);
}

/**
 * Deletes items of a flow collection, each with one comma.
 *
 * @param removed indexes (from 0) of the items to delete, not of all items.
 */
export function cutFromFlow(
  text: string,
  token: CST.FlowCollection,
  removed: ReadonlySet<number>,
): Edit[] {
  const items = itemsWithContent(token);
  return rangesOf(removed).flatMap(({ from, to }) => {
    const [first, last] = [items[from], items[to]];
    if (first === undefined || last === undefined) return [];
    const [previous, next] = [items[from - 1], items[to + 1]];
    if (next !== undefined) return [cutBefore(text, next, first, last)];
    return previous === undefined ? [] : cutAtEnd(text, token, previous, first, last);
  });
}

interface IndexRange {
  readonly from: number;
  /** Inclusive. */
  to: number;
}

function rangesOf(indexes: ReadonlySet<number>): IndexRange[] {
  const ranges: IndexRange[] = [];
  for (const index of [...indexes].sort((one, other) => one - other)) {
    const last = ranges.at(-1);
    if (last?.to === index - 1) last.to = index;
    else ranges.push({ from: index, to: index });
  }
  return ranges;
}

/** The comment above the next item describes that item, so it stays. */
function cutBefore(text: string, next: ItemToken, first: ItemToken, last: ItemToken): Edit {
  const [start, end] = [itemStart(first), itemStart(next)];
  if (!beginsLine(text, start) || !beginsLine(text, end)) return deletion(start, end);
  return deletion(lineStart(text, start), commentAbove(text, end, itemEnd(last)));
}

function cutAtEnd(
  text: string,
  token: CST.FlowCollection,
  previous: ItemToken,
  first: ItemToken,
  last: ItemToken,
): Edit[] {
  const keptEnd = itemEnd(previous);
  const comma = commaBefore(first);
  const trailingComma = commaBefore(token.items[itemsWithContent(token).length]);
  const keptLineEnd = lineEnd(text, keptEnd);
  const isCommaOnKeptLine = comma !== undefined && comma < keptLineEnd;
  if (!beginsLine(text, itemStart(first)) || !isCommaOnKeptLine) {
    return [deletion(keptEnd, itemEnd(last))];
  }
  const end = trailingComma === undefined ? itemEnd(last) : trailingComma + 1;
  const lines = deletion(keptLineEnd, endsLine(text, end) ? lineEnd(text, end) : end);
  // If the last item had a trailing comma, the new last item keeps its comma too.
  return trailingComma === undefined ? [deletion(comma, comma + 1), lines] : [lines];
}

/** The offset of the comma before an item. */
function commaBefore(item: ItemToken | undefined): number | undefined {
  return item?.start.find(({ type }) => type === 'comma')?.offset;
}
