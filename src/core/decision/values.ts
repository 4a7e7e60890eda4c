import { distance } from 'fastest-levenshtein';
import { type AnnotationRef, type Fault, finding } from './findings.ts';
import { ACCESSES, type Access, MAX_PORT, MIN_PORT } from './rules.ts';

/** The valid part of an annotation's value, and all faults of the rest. */
export interface Parsed<Value> {
  readonly value?: Value;
  readonly faults: readonly Fault[];
}

/** What a parser knows besides the text. */
export interface ParseContext {
  readonly annotation: AnnotationRef;
  /** The names of the configured profiles. */
  readonly profiles: ReadonlyMap<string, unknown>;
  /** The profile that `inject-metadata: "true"` means. */
  readonly defaultProfile: string;
  /** The pod's containers, without its ambassador; undefined for a namespace. */
  readonly containers?: readonly string[];
}

export type Parse<Value> = (text: string, context: ParseContext) => Parsed<Value>;

/**
 * A fault of kind `invalid_value`.
 *
 * @param piece the part of the value that is invalid.
 * @param expected what was expected, beginning with that word. It never holds text of the pod.
 * @param hint the end of the sentence, such as `; did you mean true?`.
 */
export function invalid(
  annotation: AnnotationRef,
  piece: string,
  expected: string,
  hint = '',
): Fault {
  const slots = { key: annotationLabel(annotation), value: quote(piece), expected, hint };
  return finding('invalid_value', slots, annotation);
}

/** A fault of kind `given_twice`. */
export function listedTwice(annotation: AnnotationRef, name: string): Fault {
  const slots = { key: annotationLabel(annotation), value: quote(name) };
  return finding('given_twice', slots, annotation);
}

/** How findings name an annotation: `podherald.dev/status`, or `namespace shop: inject-metadata`. */
export function annotationLabel({ key, namespace }: AnnotationRef): string {
  return namespace === undefined ? key : `namespace ${namespace}: ${key}`;
}

/** Long enough to recognise a value, short enough for one line. */
const QUOTED_LENGTH = 60;

/** A piece of a user's text in quotes, on one line, without invisible characters. */
export function quote(text: string): string {
  const short = text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text;
  return JSON.stringify(short.replaceAll(/[\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, '�'));
}

/** The pieces between separators, trimmed. */
export function pieces(text: string, separator: RegExp): string[] {
  return text.split(separator).map((piece) => piece.trim());
}

/** A longer text is not a slip of the hand, and comparing it would take long. */
const LONGEST_WORD = 100;

/** A value of 256 KiB can have 131,072 faults. Nobody reads more than these. */
const MAX_FAULTS = 50;

/** Collects the faults of one value: the first ones, and the number of the others. */
export class FaultList {
  readonly #annotation: AnnotationRef;
  readonly #listed: Fault[] = [];
  #unlisted = 0;

  constructor(annotation: AnnotationRef) {
    this.#annotation = annotation;
  }

  /** @param make called only if the fault is listed, because finding a hint takes time. */
  add(make: () => Fault): void {
    if (this.#listed.length < MAX_FAULTS) this.#listed.push(make());
    else this.#unlisted++;
  }

  /** The listed faults and, if there are more, one that gives their number. */
  get all(): readonly Fault[] {
    if (this.#unlisted === 0) return this.#listed;
    const slots = { key: annotationLabel(this.#annotation), count: String(this.#unlisted) };
    return [...this.#listed, finding('more_faults', slots, this.#annotation)];
  }
}

/**
 * The known word that is nearest to a misspelled one, or undefined if none is near. Up to a third of
 * the letters may differ, but always up to two, as long as one is the same. A swap is two differences.
 */
export function nearest<Word extends string>(
  word: string,
  known: Iterable<Word>,
): Word | undefined {
  if (word.length > LONGEST_WORD) return undefined;
  const limit = Math.max(2, Math.floor(word.length / 3));
  let best: { word: Word; edits: number } | undefined;
  for (const candidate of known) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    const someAreSame = edits < Math.min(word.length, candidate.length);
    if (someAreSame && edits <= limit && edits < (best?.edits ?? Number.POSITIVE_INFINITY)) {
      best = { word: candidate, edits };
    }
  }
  return best?.word;
}

/** The nearest word as the end of a sentence, or ''. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const meant = nearest(word, known);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

/** Words that people write for true and false. None of them can be the name of a profile. */
export const TRUE_WORDS: ReadonlySet<string> = new Set([
  'true',
  'yes',
  'y',
  'on',
  '1',
  't',
  'enable',
  'enabled',
]);
export const FALSE_WORDS: ReadonlySet<string> = new Set([
  ...['false', 'no', 'n', 'off', '0', 'f'],
  ...['disable', 'disabled', 'none'],
]);

/** The boolean that a word most likely means, in any letter case; undefined if it means neither. */
export function meaningOf(word: string): boolean | undefined {
  const lower = word.toLowerCase();
  if (TRUE_WORDS.has(lower)) return true;
  return FALSE_WORDS.has(lower) ? false : undefined;
}

/** Reads `true` or `false`, trimmed and in any case. */
const BOOLEANS = ['true', 'false'];

export const parseBoolean: Parse<boolean> = (text, { annotation }) => {
  const word = text.trim().toLowerCase();
  if (word === 'true' || word === 'false') return { value: word === 'true', faults: [] };
  const meaning = meaningOf(word);
  const hint = meaning === undefined ? didYouMean(word, BOOLEANS) : `; did you mean ${meaning}?`;
  return { faults: [invalid(annotation, text, 'expected true or false', hint)] };
};

/** The values of `ambassador-access`, as the end of a sentence. */
export const ACCESS_WORDS = ACCESSES.join(', ').replace(/, (?=[^,]*$)/, ' or ');

/** Reads the value of `ambassador-access`. */
export const parseAccess: Parse<Access> = (text, { annotation }) => {
  const word = text.trim().toLowerCase();
  const access = ACCESSES.find((name) => name === word);
  if (access !== undefined) return { value: access, faults: [] };
  const expected = `expected ${ACCESS_WORDS}`;
  return { faults: [invalid(annotation, text, expected, didYouMean(word, ACCESSES))] };
};

/** Reads the value of `ambassador-port`. */
export const parsePort: Parse<number> = (text, { annotation }) => {
  const digits = text.trim();
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : Number.NaN;
  if (port >= MIN_PORT && port <= MAX_PORT) return { value: port, faults: [] };
  return { faults: [invalid(annotation, text, `expected a port from ${MIN_PORT} to ${MAX_PORT}`)] };
};
