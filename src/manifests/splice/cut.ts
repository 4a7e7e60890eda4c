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
import { type ItemToken, itemEnd, itemStart, writtenItems } from './tokens.ts';

/** Takes items out of a block list or map of which some stay: their lines, and no others. */
export function cutFromBlock(
  text: string,
  token: CST.BlockMap | CST.BlockSequence,
  gone: ReadonlySet<number>,
): Edit[] {
  const items = writtenItems(token);
  const firstKept = items.findIndex((_, index) => !gone.has(index));
  return items.flatMap((item, index) => {
    if (!gone.has(index)) return [];
    if (beginsLine(text, itemStart(item))) return [lines(text, item)];
    // Beside an outer dash, as in `- env:`: what follows moves up to that dash.
    return [deletion(itemStart(item), itemStart(items[firstKept] ?? item))];
  });
}

function lines(text: string, item: ItemToken): Edit {
  const end = itemEnd(item);
  // Content that ends with a line break (`|+`) already ends its line.
  const isEnded = text[end - 1] === '\n';
  const next = isEnded ? end : nextLine(text, lineEnd(text, end));
  return deletion(lineStart(text, itemStart(item)), next ?? text.length);
}

/** Takes items out of a flow collection of which some stay, each with one comma. */
export function cutFromFlow(
  text: string,
  token: CST.FlowCollection,
  gone: ReadonlySet<number>,
): Edit[] {
  const items = writtenItems(token);
  return runsOf(gone).flatMap(({ from, to }) => {
    const [first, last] = [items[from], items[to]];
    if (first === undefined || last === undefined) return [];
    const [previous, next] = [items[from - 1], items[to + 1]];
    if (next !== undefined) return [upTo(text, first, last, next)];
    return previous === undefined ? [] : atTheEnd(text, token, previous, first, last);
  });
}

interface Run {
  readonly from: number;
  to: number;
}

function runsOf(indexes: ReadonlySet<number>): Run[] {
  const runs: Run[] = [];
  for (const index of [...indexes].sort((one, other) => one - other)) {
    const last = runs.at(-1);
    if (last?.to === index - 1) last.to = index;
    else runs.push({ from: index, to: index });
  }
  return runs;
}

/** The comment above what follows stays with it. */
function upTo(text: string, first: ItemToken, last: ItemToken, next: ItemToken): Edit {
  const [start, end] = [itemStart(first), itemStart(next)];
  if (!beginsLine(text, start) || !beginsLine(text, end)) return deletion(start, end);
  return deletion(lineStart(text, start), commentAbove(text, end, itemEnd(last)));
}

function atTheEnd(
  text: string,
  token: CST.FlowCollection,
  previous: ItemToken,
  first: ItemToken,
  last: ItemToken,
): Edit[] {
  const stays = itemEnd(previous);
  const comma = commaIn(first);
  const trailing = commaIn(token.items[writtenItems(token).length]);
  const line = lineEnd(text, stays);
  const isOnItsLine = comma !== undefined && comma < line;
  if (!beginsLine(text, itemStart(first)) || !isOnItsLine) {
    return [deletion(stays, itemEnd(last))];
  }
  const end = trailing === undefined ? itemEnd(last) : trailing + 1;
  const lines = deletion(line, endsLine(text, end) ? lineEnd(text, end) : end);
  // A comma after the last one that goes says that the author wants one after the last that stays.
  return trailing === undefined ? [deletion(comma, comma + 1), lines] : [lines];
}

/** Where the comma before an item is. */
function commaIn(item: ItemToken | undefined): number | undefined {
  return item?.start.find(({ type }) => type === 'comma')?.offset;
}
