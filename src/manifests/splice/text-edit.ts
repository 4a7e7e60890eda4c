/** A change of a text: what stands from `at` to `to` gives way to `text`. */
export interface Edit {
  readonly at: number;
  readonly to: number;
  readonly text: string;
}

export function insertion(at: number, text: string): Edit {
  return { at, to: at, text };
}

/** Applies edits that do not overlap; those at the same offset in the order given. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const edit of edits.toSorted((one, other) => one.at - other.at)) {
    pieces.push(text.slice(done, edit.at), edit.text);
    done = edit.to;
  }
  return pieces.join('') + text.slice(done);
}

export function deletion(at: number, to: number): Edit {
  return { at, to, text: '' };
}

/** Deletions that touch, as one. */
export function merged(deletions: readonly Edit[]): Edit[] {
  const all: Edit[] = [];
  for (const next of deletions.toSorted((one, other) => one.at - other.at)) {
    const last = all.at(-1);
    if (last === undefined || last.to < next.at) all.push(next);
    else all.splice(-1, 1, { ...last, to: Math.max(last.to, next.to) });
  }
  return all;
}

/** The line end that the text uses; a text of one line gets `\n`. */
export function lineBreak(text: string): string {
  return text.charAt(text.indexOf('\n') - 1) === '\r' ? '\r\n' : '\n';
}

/** Where the line around the offset begins, after a byte order mark. */
export function lineStart(text: string, offset: number): number {
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  return start === 0 && text.startsWith('\uFEFF') ? 1 : start;
}

/** Where the line around the offset ends, before its line break. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  if (newline === -1) return text.length;
  return newline > offset && text[newline - 1] === '\r' ? newline - 1 : newline;
}

/** The number of the line around the offset, the first being 1. */
export function lineNumber(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** The white space that the line around the offset begins with. */
export function lineIndent(text: string, offset: number): string {
  const line = text.slice(lineStart(text, offset), lineEnd(text, offset));
  return line.slice(0, line.length - line.trimStart().length);
}

/** Whether only white space stands before the offset on its line. */
export function beginsLine(text: string, offset: number): boolean {
  return text.slice(lineStart(text, offset), offset).trim() === '';
}

/** Whether nothing but a comment follows the offset on its line. */
export function endsLine(text: string, offset: number): boolean {
  return /^\s*(#|$)/.test(text.slice(offset, lineEnd(text, offset)));
}

/** Where the blanks before the offset begin, on its line. */
export function blanksBefore(text: string, offset: number): number {
  const before = text.slice(lineStart(text, offset), offset);
  return offset - (before.length - before.trimEnd().length);
}

/** Where the next line begins; undefined where the text has no more lines. */
export function nextLine(text: string, offset: number): number | undefined {
  const newline = text.indexOf('\n', offset);
  return newline === -1 ? undefined : newline + 1;
}

/** The column of the comment that the line around the offset consists of, if it does. */
export function commentColumn(text: string, offset: number): number | undefined {
  const line = text.slice(lineStart(text, offset), lineEnd(text, offset));
  const column = line.search(/\S/);
  return line[column] === '#' ? column : undefined;
}

/**
 * The start of the comment that touches the line around the offset from above, or of that line:
 * such a comment speaks of what follows it. The search ends at `floor`, so that a `#` inside what
 * ends there (a block scalar) is not taken for a comment.
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
