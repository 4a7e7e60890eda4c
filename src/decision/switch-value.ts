import { didYouMean } from './nearest.ts';

/** What `inject-metadata` says: off, the default profile, or profiles by name. */
export type MetadataSwitch =
  | { readonly kind: 'off' }
  | { readonly kind: 'default' }
  | { readonly kind: 'profiles'; readonly names: readonly string[] };

export interface InvalidValue {
  readonly kind: 'invalid';
  readonly value: string;
  readonly expected: string;
  readonly hint: string;
}

/** Words that someone who means yes or no may write. None of them can be a profile's name. */
const TRUE_WORDS = new Set(['yes', 'y', 'on', '1', 't', 'enable', 'enabled']);
const FALSE_WORDS = new Set(['no', 'n', 'off', '0', 'f', 'disable', 'disabled', 'none']);

/** A DNS label (RFC 1123), as Kubernetes wants names that may end up in names of objects. */
const PROFILE_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const EXPECTED = 'true, false, or profile names separated by commas';

/**
 * Reads the value of `inject-metadata`.
 *
 * | value                | means             |
 * | -------------------- | ----------------- |
 * | `true`, ` TRUE `     | the default       |
 * | `false`              | off               |
 * | `otel`, `default, a` | these profiles    |
 * | `` , `yes`, `A=b`    | invalid           |
 */
export function parseMetadataSwitch(
  value: string,
  known: Iterable<string>,
): MetadataSwitch | InvalidValue {
  const word = value.trim().toLowerCase();
  if (word === 'true') return { kind: 'default' };
  if (word === 'false') return { kind: 'off' };
  const names = value.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !isProfileName(name));
  if (wrong !== undefined) return invalid(wrong, known);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) {
    return { kind: 'invalid', value: twice, expected: 'each profile once', hint: '' };
  }
  return { kind: 'profiles', names };
}

function isProfileName(name: string): boolean {
  if (!PROFILE_NAME.test(name)) return false;
  return name !== 'true' && name !== 'false' && !TRUE_WORDS.has(name) && !FALSE_WORDS.has(name);
}

function invalid(value: string, known: Iterable<string>): InvalidValue {
  return { kind: 'invalid', value, expected: EXPECTED, hint: hintFor(value, known) };
}

function hintFor(value: string, known: Iterable<string>): string {
  const word = value.toLowerCase();
  if (word === '') return '';
  if (TRUE_WORDS.has(word)) return '; did you mean true?';
  if (FALSE_WORDS.has(word)) return '; did you mean false?';
  if (value.includes('=')) return '; items belong under metadata-env or metadata-files';
  return didYouMean(value, ['true', 'false', ...known]);
}

/** Whether two values ask for the same, however they are written. */
export function sameSwitch(
  one: MetadataSwitch | InvalidValue,
  other: MetadataSwitch | InvalidValue,
): boolean {
  if (one.kind !== 'profiles' || other.kind !== 'profiles') return one.kind === other.kind;
  return one.names.join() === other.names.join();
}
