import type { CST } from 'yaml';
import { beginsLine, lineEnd, lineStart, nextLine } from './lines.ts';
import { deletion, type Edit } from './text-edit.ts';
import { type ItemToken, itemEnd, itemStart, writtenItems } from './token-span.ts';

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
