import { distance } from 'fastest-levenshtein';
import { type Finding, finding, type ReasonOf } from './reasons.ts';
import { ACCESSES, type Access, type Rules } from './rules.ts';

/** What an annotation's text says as far as it is right, and everything that is wrong with it. */
export interface Parsed<Value> {
  readonly value?: Value;
  readonly faults: readonly Fault[];
}

export type Fault = Finding<ReasonOf<'fault'>>;

/** What a parser has to know besides the text. */
export interface ParseContext {
  /** The key as it is to be named in faults. */
  readonly key: string;
  readonly rules: Rules;
  /** Of the pod; undefined for a namespace. */
  readonly containers?: readonly string[];
}

export type Parse<Value> = (text: string, context: ParseContext) => Parsed<Value>;

/** @param fault the end of the sentence: what was expected, and the nearest word. */
export function invalid(key: string, piece: string, fault: string): Fault {
  return finding('invalid_value', { key, value: quote(piece), fault });
}

/** Long enough to recognise a value by, short enough for one line. */
const QUOTED_LENGTH = 60;

/** A piece of a user's text, in quotes and without line breaks. */
export function quote(text: string): string {
  const short = text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text;
  return JSON.stringify(short.replaceAll(/[\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, '�'));
}

/** The pieces between separators, without the blanks around them. */
export function pieces(text: string, separator: RegExp): string[] {
  return text.split(separator).map((piece) => piece.trim());
}

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

/** Words that someone who means yes or no may write. None of them can be a profile's name. */
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
  'false',
  'no',
  'n',
  'off',
  '0',
  'f',
  'disable',
  'disabled',
  'none',
]);

/** The hint for a word that means yes or no, and is neither `true` nor `false`. */
export function meantTruth(word: string): string {
  if (TRUE_WORDS.has(word)) return '; did you mean true?';
  return FALSE_WORDS.has(word) ? '; did you mean false?' : '';
}

/** Reads `true` or `false`, after trimming and lower-casing. */
export const parseTruth: Parse<boolean> = (text, { key }) => {
  const word = text.trim().toLowerCase();
  if (word === 'true' || word === 'false') return { value: word === 'true', faults: [] };
  return { faults: [invalid(key, text, `expected true or false${meantTruth(word)}`)] };
};

/** Reads the value of `ambassador-access`. */
export const parseAccess: Parse<Access> = (text, { key }) => {
  const word = text.trim().toLowerCase();
  const access = ACCESSES.find((name) => name === word);
  if (access !== undefined) return { value: access, faults: [] };
  const expected = `expected ${ACCESSES.join(', ')}${didYouMean(word, ACCESSES)}`;
  return { faults: [invalid(key, text, expected)] };
};

/** Ports below are root's, which the ambassador is not (capabilities(7), CAP_NET_BIND_SERVICE). */
export const MIN_PORT = 1024;
export const MAX_PORT = 65_535;

/** Reads the value of `ambassador-port`. */
export const parsePort: Parse<number> = (text, { key }) => {
  const digits = text.trim();
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : Number.NaN;
  if (port >= MIN_PORT && port <= MAX_PORT) return { value: port, faults: [] };
  return { faults: [invalid(key, text, `expected a port from ${MIN_PORT} to ${MAX_PORT}`)] };
};
