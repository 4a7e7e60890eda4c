import { distance } from 'fastest-levenshtein';

/**
 * The word that the writer most likely meant, or nothing where none is near: no more than a third
 * of the letters may differ, but two always may (a swap counts as two) as long as some stay.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const limit = Math.max(2, Math.floor(word.length / 3));
  let best: { word: string; edits: number } | undefined;
  for (const candidate of known) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    const someStay = edits < Math.min(word.length, candidate.length);
    if (someStay && edits <= limit && edits < (best?.edits ?? Number.POSITIVE_INFINITY)) {
      best = { word: candidate, edits };
    }
  }
  return best?.word;
}

/** The nearest word as the end of a sentence, or nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const meant = nearest(word, known);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}
