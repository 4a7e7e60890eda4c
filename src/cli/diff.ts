import { structuredPatch } from 'diff';
import { type Output, paint } from './output.ts';

/** The lines that differ, in unified form, coloured where the output shows colours. */
export function unifiedDiff(before: string, after: string, output: Pick<Output, 'colour'>): string {
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: 2 });
  const lines = hunks.flatMap((hunk) => [
    `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
    ...hunk.lines,
  ]);
  return lines.map((line) => `${colourLine(line, output)}\n`).join('');
}

function colourLine(line: string, output: Pick<Output, 'colour'>): string {
  if (line.startsWith('@@')) return paint(output, 'cyan', line);
  if (line.startsWith('+')) return paint(output, 'green', line);
  if (line.startsWith('-')) return paint(output, 'red', line);
  return line;
}
