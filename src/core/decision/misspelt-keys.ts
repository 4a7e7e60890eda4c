import { distance } from 'fastest-levenshtein';
import { ANNOTATION_KEYS, ANNOTATION_NAMES, type AnnotationName } from './annotations.ts';
import { DEFAULT_PREFIX } from './rules.ts';

/** Most keys contain none of these words, and are not compared. */
const SUSPICIOUS = /inject|metadata|ambassador|podherald/i;

/** Longer keys have nothing to do with those of podherald. */
const LONGEST = 80;

/**
 * The key of podherald that another key was probably meant to be: `inject-metadata` for `inject_metadata`,
 * `Inject-Metdata` or `podherald.io/inject-metadata`.
 *
 * @param prefix the prefix of annotation keys, such as `podherald.dev/`. `key` does not begin with it.
 * @returns undefined for a key of somebody else, such as `sidecar.istio.io/inject`.
 */
export function meantKey(key: string, prefix: string): string | undefined {
  if (key.length > LONGEST || !SUSPICIOUS.test(key)) return undefined;
  const slash = key.indexOf('/');
  const word = normalized(key.slice(slash + 1));
  const isPrefixed = slash !== -1;
  if (isPrefixed && !isNearDomain(key.slice(0, slash).toLowerCase(), prefix)) return undefined;
  const name = REQUESTABLE.find((one) => isNear(word, one, isPrefixed));
  if (name === undefined) return undefined;
  return ANNOTATION_KEYS[name].bare ? name : prefix + name;
}

/** The keys that people write. */
const REQUESTABLE: readonly AnnotationName[] = ANNOTATION_NAMES.filter(
  (name) => ANNOTATION_KEYS[name].on.length > 0,
);

/** As people may write a name: in camel case, with capitals, with underscores or dots. */
function normalized(text: string): string {
  return text
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[_.\s]+/g, '-');
}

/**
 * Two wrong letters, or one in a name that needs the prefix: without it, a key such as `metadata-paths` may well be the
 * user's own.
 */
function isNear(word: string, name: AnnotationName, isPrefixed: boolean): boolean {
  const limit = isPrefixed || ANNOTATION_KEYS[name].bare ? 2 : 0;
  if (Math.abs(word.length - name.length) > limit) return false;
  return distance(word, name) <= limit;
}

function isNearDomain(domain: string, prefix: string): boolean {
  return [prefix, DEFAULT_PREFIX].some((one) => {
    const own = one.slice(0, -1);
    return distance(domain, own) <= 2 || distance(firstLabel(domain), firstLabel(own)) <= 1;
  });
}

function firstLabel(domain: string): string {
  return domain.split('.', 1)[0] ?? '';
}
