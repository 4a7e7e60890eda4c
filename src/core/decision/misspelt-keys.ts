import { distance } from 'fastest-levenshtein';
import { ANNOTATION_KEYS, ANNOTATION_NAMES, type AnnotationName } from './annotations.ts';
import { DEFAULT_PREFIX } from './rules.ts';

/** Longer keys have nothing to do with those of podherald. */
const LONGEST = 80;

/** Wrong letters in a name that is written in full: `inject-metadata`, or any name behind the prefix. */
const NAME_LIMIT = 2;

/** Wrong letters in a prefix without its slash, and in the first label of one. */
const DOMAIN_LIMIT = 2;
const LABEL_LIMIT = 1;

/**
 * The key of podherald that another key was probably meant to be: `inject-metadata` for `inject_metadata`,
 * `Inject-Metdata` or `podherald.io/inject-metadata`.
 *
 * @param prefix the prefix of annotation keys, such as `podherald.dev/`. `key` does not begin with it.
 * @returns undefined for a key of somebody else, such as `sidecar.istio.io/inject`.
 */
export function meantKey(key: string, prefix: string): string | undefined {
  if (key.length > LONGEST || !suspicious(prefix).test(key)) return undefined;
  const slash = key.indexOf('/');
  const word = normalized(key.slice(slash + 1));
  const isPrefixed = slash !== -1;
  if (isPrefixed && !isNearDomain(key.slice(0, slash).toLowerCase(), prefix)) return undefined;
  const name = REQUESTABLE.find((one) => distanceWithin(word, one, limitOf(one, isPrefixed)));
  if (name === undefined) return undefined;
  return keyOf(name, prefix);
}

/** The key as people write it: with the prefix only if it needs one. */
export function keyOf(name: AnnotationName, prefix: string): string {
  return ANNOTATION_KEYS[name].bare ? name : prefix + name;
}

/**
 * A regular expression that matches at least every key for which meantKey() knows a name, in the syntax that JavaScript
 * and RE2 share, so that CEL can select the objects that podherald would warn about. Match it case-insensitively.
 *
 * A text that is at most n edits away from a name contains at least one of any n + 1 parts of the name unchanged,
 * because one edit can change only one part.
 */
export function misspeltKeyPattern(prefix: string): string {
  const bare = REQUESTABLE.filter((name) => ANNOTATION_KEYS[name].bare);
  const others = REQUESTABLE.filter((name) => !ANNOTATION_KEYS[name].bare);
  const domains = domainsOf(prefix).flatMap(domainParts).join('|');
  return [
    `^[^/]*${oneOf([...nameParts(bare), ...others])}[^/]*$`,
    `^[^/]*(${domains})[^/]*/.*${oneOf(nameParts(REQUESTABLE))}`,
  ].join('|');
}

/** The Helm chart repeats this for a prefix of its own: see `podherald.domainParts` in its templates. */
function domainParts(domain: string): string[] {
  const parts = [
    ...evenParts(domain, DOMAIN_LIMIT + 1),
    ...evenParts(firstLabel(domain), LABEL_LIMIT + 1),
  ];
  return parts.map((part) => part.replaceAll('.', '[.]'));
}

/** Compiled once for a prefix, because every annotation of every pod is tested. */
function suspicious(prefix: string): RegExp {
  const known = COMPILED.get(prefix);
  if (known !== undefined) return known;
  const compiled = new RegExp(misspeltKeyPattern(prefix), 'i');
  COMPILED.set(prefix, compiled);
  return compiled;
}

const COMPILED = new Map<string, RegExp>();

/** The alternatives that matter: one that contains another one is left out. */
function oneOf(texts: readonly string[]): string {
  const all = [...new Set(texts)];
  const shortest = all.filter((text) => !all.some((o) => o !== text && text.includes(o)));
  return `(${shortest.map((text) => text.replaceAll('-', ANY_SEPARATOR)).join('|')})`;
}

/** A hyphen may be written as another separator, as several, or as none (in camel case). */
const ANY_SEPARATOR = '[^a-z]*';

/** Parts of names. A separator at the end of a part is optional, so it is left out. */
function nameParts(names: readonly string[]): string[] {
  return names
    .flatMap((name) => evenParts(name, NAME_LIMIT + 1))
    .map((part) => part.replace(/^-|-$/g, ''));
}

/** One part more than the edits that are tolerated. */
function evenParts(text: string, count: number): string[] {
  const at = (index: number) => Math.round((index * text.length) / count);
  return Array.from({ length: count }, (_, index) => text.slice(at(index), at(index + 1)));
}

/** The keys that people write. */
export const REQUESTABLE: readonly AnnotationName[] = ANNOTATION_NAMES.filter(
  (name) => ANNOTATION_KEYS[name].on.length > 0,
);

/** As people may write a name: in camel case, with capitals, with underscores or dots. */
function normalized(text: string): string {
  return text
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[_.\s]+/g, '-');
}

/** None in a name that needs the prefix but is written without it: a key such as `metadata-paths` may well be the user's own. */
function limitOf(name: AnnotationName, isPrefixed: boolean): number {
  return isPrefixed || ANNOTATION_KEYS[name].bare ? NAME_LIMIT : 0;
}

function distanceWithin(text: string, other: string, limit: number): boolean {
  return Math.abs(text.length - other.length) <= limit && distance(text, other) <= limit;
}

function isNearDomain(domain: string, prefix: string): boolean {
  return domainsOf(prefix).some(
    (own) =>
      distanceWithin(domain, own, DOMAIN_LIMIT) ||
      distanceWithin(firstLabel(domain), firstLabel(own), LABEL_LIMIT),
  );
}

/** The prefixes that people may mean, without their slash. */
function domainsOf(prefix: string): string[] {
  return [...new Set([DEFAULT_PREFIX, prefix])].map((one) => one.slice(0, -1).toLowerCase());
}

function firstLabel(domain: string): string {
  return domain.split('.', 1)[0] ?? '';
}
