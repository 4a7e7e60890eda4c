import { isDnsLabel } from './kubernetes-names.ts';
import { didYouMean } from './nearest.ts';
import { invalid, type ParseContext, type Parsed, pieces, quote } from './parsed.ts';
import { finding } from './reasons.ts';
import { FALSE_WORDS, meantTruth, TRUE_WORDS } from './truth-words.ts';

/** What `inject-metadata` says: off, the default profile, or profiles by name. */
export type MetadataSwitch =
  | { readonly kind: 'off' }
  | { readonly kind: 'default' }
  | { readonly kind: 'profiles'; readonly names: readonly string[] };

const EXPECTED = 'expected true, false, or profile names separated by commas';

/**
 * Reads the value of `inject-metadata`.
 *
 * | value                | means             |
 * | -------------------- | ----------------- |
 * | `true`, ` TRUE `     | the default       |
 * | `false`              | off               |
 * | `otel`, `default, a` | these profiles    |
 * | ``, `yes`, `A=b`     | a fault           |
 */
export function parseMetadataSwitch(text: string, context: ParseContext): Parsed<MetadataSwitch> {
  const word = text.trim().toLowerCase();
  if (word === 'true') return { value: { kind: 'default' }, faults: [] };
  if (word === 'false') return { value: { kind: 'off' }, faults: [] };
  const names = pieces(text, /,/);
  const faults = names.flatMap((name, index) => {
    if (!isProfileName(name)) return [invalid(context.key, name, EXPECTED + hint(name, context))];
    if (names.indexOf(name) === index) return [];
    return [finding('given_twice', { key: context.key, value: quote(name) })];
  });
  return faults.length > 0 ? { faults } : { value: { kind: 'profiles', names }, faults };
}

/** Whether a word can name a profile: a DNS label that nobody could mean as yes or no. */
export function isProfileName(name: string): boolean {
  return isDnsLabel(name) && !TRUE_WORDS.has(name) && !FALSE_WORDS.has(name);
}

function hint(value: string, { rules }: ParseContext): string {
  const word = value.toLowerCase();
  if (word === '') return '';
  if (meantTruth(word) !== '') return meantTruth(word);
  if (value.includes('=')) return '; items belong under metadata-env or metadata-files';
  return didYouMean(value, ['true', 'false', ...rules.profiles.keys()]);
}
