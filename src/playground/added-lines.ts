/** A line of an injected manifest. */
export interface ShownLine {
  readonly text: string;
  readonly isAdded: boolean;
}

/**
 * Tells which lines of an injected manifest were added. An injection only inserts lines, or writes a line with more items in
 * braces, so each line is compared once: a general diff takes minutes for 200 KiB.
 */
export function addedLines(before: string, after: string): ShownLine[] {
  const old = before.split('\n');
  const lines = after.replace(/\n$/, '').split('\n');
  let at = 0;
  return lines.map((text, index) => {
    if (text === old[at]) {
      at++;
      return { text, isAdded: false };
    }
    const isReplaced = at + 1 < old.length && lines[index + 1] === old[at + 1];
    if (isReplaced) at++;
    return { text, isAdded: true };
  });
}
