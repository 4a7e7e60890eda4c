import { styleText } from 'node:util';
import { structuredPatch } from 'diff';

/** Where commands write. Tests pass their own. */
export interface Output {
  /** Writes the result, which other programs may read, to standard output. */
  out(text: string): void;
  /** Writes notes, summaries and errors, for people, to standard error. */
  note(text: string): void;
  /** Shows progress, in place of the previous progress. Undefined if there is no terminal. */
  readonly progress?: (text: string) => void;
  /** True if standard output shows colours. */
  readonly colour: boolean;
}

/**
 * Characters that change what a terminal or a CI log shows: controls such as escape sequences and line breaks, and
 * those that change the direction of text or are invisible. A name in a manifest may contain any of them.
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** One line of text for people, in which unprintable characters are escaped. Only the caller adds line breaks and colours. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return (
      SHORT_ESCAPES[character] ??
      (code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`)
    );
  });
}

/** A line for people, on standard error. */
export function noteText(text: string): string {
  return `podherald: ${printable(text)}\n`;
}

type Style = Parameters<typeof styleText>[0];

/** The output of this process. Colours follow the terminal and `NO_COLOR`. */
export function processOutput(): Output {
  // A reader such as `head` may close the pipe early. That is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'ECONNRESET') return;
    process.stderr.write(`podherald: cannot write to standard output: ${error.message}\n`);
    process.exit(1);
  });
  // There is nobody left to tell.
  process.stderr.on('error', () => {});
  return {
    out: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    ...(process.stderr.isTTY && { progress }),
    colour: process.stdout.hasColors?.() === true && process.env['NO_COLOR'] === undefined,
  };
}

/** Replaces the line on the terminal (ECMA-48: erase in line). */
function progress(text: string): void {
  process.stderr.write(`\r\u001b[K${text}`);
}

/** The text in a style of `util.styleText`, if the output shows colours. */
export function paint(output: Pick<Output, 'colour'>, style: Style, text: string): string {
  return output.colour ? styleText(style, text, { validateStream: false }) : text;
}

/** A count with its noun: `1 volume`, `2 volumes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * A table with aligned columns.
 *
 * @param width in characters. The last column wraps to fit into it.
 */
export function tableText(cells: readonly (readonly string[])[], width: number): string {
  const rows = cells.map((row) => row.map(printable));
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const indent = widths.slice(0, -1).reduce((sum, one) => sum + one + GAP.length, 0);
  const lastWidth = Math.max(width - indent, MIN_LAST_WIDTH);
  return rows.map((row) => rowText(row, widths, indent, lastWidth)).join('');
}

const GAP = '  ';
const MIN_LAST_WIDTH = 30;

function rowText(
  row: readonly string[],
  widths: readonly number[],
  indent: number,
  lastWidth: number,
): string {
  const cells = row.slice(0, -1).map((cell, column) => cell.padEnd(widths[column] ?? 0));
  const [first = '', ...rest] = wrapWords(row.at(-1) ?? '', lastWidth);
  const lines = [[...cells, first].join(GAP), ...rest.map((line) => ' '.repeat(indent) + line)];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** Splits a text at spaces into lines of at most `width` characters. Longer words get a line each. */
export function wrapWords(text: string, width: number): string[] {
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

/** The changed lines as a unified diff with two lines of context, without file names. */
export function unifiedDiff(before: string, after: string, output: Pick<Output, 'colour'>): string {
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: 2 });
  const lines = hunks.flatMap((hunk) => [
    `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
    ...hunk.lines,
  ]);
  return lines.map((line) => `${colourLine(printable(line), output)}\n`).join('');
}

function colourLine(line: string, output: Pick<Output, 'colour'>): string {
  if (line.startsWith('@@')) return paint(output, 'cyan', line);
  if (line.startsWith('+')) return paint(output, 'green', line);
  if (line.startsWith('-')) return paint(output, 'red', line);
  return line;
}
