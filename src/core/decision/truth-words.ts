import { invalid, type Parse } from './parsed.ts';

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
