/** Cells in columns, the last of which may take several lines of a width. */
export function tableText(rows: readonly (readonly string[])[], width: number): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const indent = widths.slice(0, -1).reduce((sum, one) => sum + one + GAP.length, 0);
  const room = Math.max(width - indent, MIN_LAST);
  return rows.map((row) => rowText(row, widths, indent, room)).join('');
}

const GAP = '  ';
const MIN_LAST = 30;

function rowText(
  row: readonly string[],
  widths: readonly number[],
  indent: number,
  room: number,
): string {
  const cells = row.slice(0, -1).map((cell, column) => cell.padEnd(widths[column] ?? 0));
  const [first = '', ...rest] = wrapped(row.at(-1) ?? '', room);
  const lines = [[...cells, first].join(GAP), ...rest.map((line) => ' '.repeat(indent) + line)];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** The lines of a text of words. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
