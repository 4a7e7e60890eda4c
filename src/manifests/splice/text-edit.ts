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
