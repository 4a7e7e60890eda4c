/**
 * Lines of a text, and edits of it. Offsets count UTF-16 code units from 0, columns count from 0,
 * line numbers from 1. A line break belongs to the line that it ends.
 */

/** Replaces the text from offset `at` up to offset `to` by `text`. */
export interface Edit {
  readonly at: number;
  readonly to: number;
  readonly text: string;
}

/** An edit that inserts text at an offset. */
export function insertion(at: number, text: string): Edit {
  return { at, to: at, text };
}

/** An edit that deletes the text from one offset to another. */
export function deletion(at: number, to: number): Edit {
  return { at, to, text: '' };
}

/** Applies edits that do not overlap. Edits at the same offset keep their order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const edit of edits.toSorted((one, other) => one.at - other.at)) {
    pieces.push(text.slice(done, edit.at), edit.text);
    done = edit.to;
  }
  return pieces.join('') + text.slice(done);
}

/** Merges deletions that overlap or touch, and sorts them by offset. */
export function mergeDeletions(deletions: readonly Edit[]): Edit[] {
  const merged: Edit[] = [];
  for (const next of deletions.toSorted((one, other) => one.at - other.at)) {
    const last = merged.at(-1);
    if (last === undefined || last.to < next.at) merged.push(next);
    else merged.splice(-1, 1, { ...last, to: Math.max(last.to, next.to) });
  }
  return merged;
}

/** The line break of the text, `\n` or `\r\n`; `\n` if the text has only one line. */
export function lineBreakOf(text: string): string {
  return text.charAt(text.indexOf('\n') - 1) === '\r' ? '\r\n' : '\n';
}

/** The offset of the first character of the line at an offset, after a byte order mark. */
export function lineStart(text: string, offset: number): number {
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  return start === 0 && text.startsWith('\uFEFF') ? 1 : start;
}

/** The offset of the end of the line at an offset, before its line break. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  if (newline === -1) return text.length;
  return newline > offset && text[newline - 1] === '\r' ? newline - 1 : newline;
}

/** The offset of the first character of the next line; undefined on the last line. */
export function nextLine(text: string, offset: number): number | undefined {
  const newline = text.indexOf('\n', offset);
  return newline === -1 ? undefined : newline + 1;
}

/** The number of the line at an offset, from 1. */
export function lineNumber(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** The leading white space of the line at an offset. */
export function lineIndent(text: string, offset: number): string {
  const line = text.slice(lineStart(text, offset), lineEnd(text, offset));
  return line.slice(0, line.length - line.trimStart().length);
}

/** Whether only white space precedes the offset on its line. */
export function beginsLine(text: string, offset: number): boolean {
  return text.slice(lineStart(text, offset), offset).trim() === '';
}

/** Whether only white space and a comment follow the offset on its line. */
export function endsLine(text: string, offset: number): boolean {
  return /^\s*(#|$)/.test(text.slice(offset, lineEnd(text, offset)));
}

/** The offset of the white space that precedes an offset on its line; the offset if there is none. */
export function blanksBefore(text: string, offset: number): number {
  const before = text.slice(lineStart(text, offset), offset);
  return offset - (before.length - before.trimEnd().length);
}

/** The column of the `#` if the line at an offset contains only a comment; otherwise undefined. */
export function commentColumn(text: string, offset: number): number | undefined {
  const line = text.slice(lineStart(text, offset), lineEnd(text, offset));
  const column = line.search(/\S/);
  return line[column] === '#' ? column : undefined;
}

/**
 * The offset of the comment lines directly above the line at an offset, which describe that line;
 * the start of the line itself if there are none.
 *
 * @param floor the offset where the search ends: the end of the previous content, which may be a
 *   block scalar with lines that look like comments.
 * @param maxColumn comments further to the right do not describe the line.
 */
export function commentAbove(
  text: string,
  offset: number,
  floor: number,
  maxColumn = Number.POSITIVE_INFINITY,
): number {
  let start = lineStart(text, offset);
  while (start > 0) {
    const above = lineStart(text, start - 1);
    const column = commentColumn(text, above);
    if (above < floor || above === start || column === undefined || column > maxColumn) break;
    start = above;
  }
  return start;
}
