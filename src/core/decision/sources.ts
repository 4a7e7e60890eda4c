import { isQualifiedName } from '../api/names.ts';
import { isKnownName, KNOWN_NAMES } from './known-names.ts';
import type {
  FieldSource,
  NamespaceLabelSource,
  ResourceSource,
  SingleSource,
} from './profiles.ts';
import { didYouMean, nearest } from './values.ts';

/** What an item becomes: a variable or a file. */
export type Side = 'env' | 'files';

/** Why a text is not a source. */
export interface SourceFault {
  /** What was expected. It never holds text of the pod. */
  readonly fault: string;
  /** The end of the sentence, such as `; did you mean metadata.name?`. */
  readonly hint?: string;
}

/**
 * The fields of the Downward API, and where each can be used (kubernetes
 * pkg/apis/core/validation/validation.go, validEnvDownwardAPIFieldPathExpressions and
 * validVolumeDownwardAPIFieldPathExpressions). What only podherald knows becomes a literal, and so only a variable.
 */
export const FIELDS: Readonly<Record<string, readonly Side[]>> = {
  'metadata.name': ['env', 'files'],
  'metadata.namespace': ['env', 'files'],
  'metadata.uid': ['env', 'files'],
  'metadata.labels': ['files'],
  'metadata.annotations': ['files'],
  'spec.nodeName': ['env'],
  'spec.serviceAccountName': ['env'],
  'status.hostIP': ['env'],
  'status.hostIPs': ['env'],
  'status.podIP': ['env'],
  'status.podIPs': ['env'],
  ...Object.fromEntries(Object.keys(KNOWN_NAMES).map((name) => [name, ['env'] as const])),
};

/** What can follow `limits.` and `requests.`, besides `hugepages-` with a page size. */
export const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'] as const;

const RESOURCE_SOURCES = RESOURCES.flatMap((name) => [`limits.${name}`, `requests.${name}`]);

const CPU_DIVISORS = ['1m', '1'];
const BYTE_DIVISORS = [
  '1',
  ...['k', 'M', 'G', 'T', 'P', 'E'].flatMap((x) => [`1${x}`, `1${x === 'k' ? 'K' : x}i`]),
];

const SUBSCRIPT = /^(metadata\.labels|metadata\.annotations|namespace\.labels)\[(.*)\]$/;
const NAMESPACE_LABELS = 'namespace.labels';
const HUGE_PAGES = /^hugepages-[1-9][0-9]*([kMGTPE]|[KMGTPE]i)?$/;

/** The names of the two sides, which differ between annotations and profiles. */
export type SideNames = Readonly<Record<Side, string>>;

export const ANNOTATION_SIDES: SideNames = { env: 'metadata-env', files: 'metadata-files' };

/**
 * Reads `source[:divisor]`. The divisor defaults to 1 and is always written out.
 *
 * | text                               | means                        |
 * | ---------------------------------- | ---------------------------- |
 * | `metadata.name`                    | a field                      |
 * | `metadata.labels['app']`           | one label, on both sides     |
 * | `namespace.labels['team']`         | a literal, only for env      |
 * | `limits.memory`, `requests.cpu:1m` | a resource of the container  |
 * | `workload.name`                    | a literal, only for env      |
 */
export function parseSource(
  text: string,
  side: 'files',
  sides?: SideNames,
): FieldSource | ResourceSource | SourceFault;
export function parseSource(
  text: string,
  side: Side,
  sides?: SideNames,
): SingleSource | SourceFault;
export function parseSource(
  text: string,
  side: Side,
  sides: SideNames = ANNOTATION_SIDES,
): SingleSource | SourceFault {
  if (text.includes('|') && side === 'files') return wrongSide('a list of sources', side, sides);
  const [source, divisor] = splitDivisor(text);
  if (/^(limits|requests)\./.test(source)) return parseResource(source, divisor);
  const resource = divisor === undefined ? undefined : nearest(source, RESOURCE_SOURCES);
  if (resource !== undefined) {
    return {
      fault: `expected ${RESOURCE_SOURCES.join(', ')}`,
      hint: `; did you mean ${resource}:${divisor}?`,
    };
  }
  if (divisor !== undefined) {
    return {
      fault: 'only limits.* and requests.* can have a divisor',
      hint: `; remove :${divisor}`,
    };
  }
  const [, map, subscript] = SUBSCRIPT.exec(source) ?? [];
  if (map !== undefined && subscript !== undefined) {
    if (map === NAMESPACE_LABELS && side === 'files') return wrongSide(source, side, sides);
    return parseSubscript(source, map, subscript);
  }
  return parseField(source, side, sides);
}

/** The map of a pod and the key in it that a fieldRef names; undefined for other fieldRefs. */
export function subscriptOf(
  fieldRef: string,
): { readonly map: 'labels' | 'annotations'; readonly key: string } | undefined {
  const [, map, key] = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(fieldRef) ?? [];
  if (map === undefined || key === undefined) return undefined;
  return { map: map === 'labels' ? 'labels' : 'annotations', key };
}

/** A regular expression for the texts that `parseSource` reads, except that any key of a label or annotation matches. */
export function sourcePattern(side: Side): string {
  const fields = Object.keys(FIELDS).filter((name) => FIELDS[name]?.includes(side));
  const divided = (divisors: readonly string[]) => `( *: *(${divisors.join('|')}))?`;
  const ofBytes = ['memory', 'ephemeral-storage', HUGE_PAGES.source.slice(1, -1)].join('|');
  const resource = `(limits|requests)\\.(cpu${divided(CPU_DIVISORS)}|(${ofBytes})${divided(BYTE_DIVISORS)})`;
  const maps =
    side === 'env'
      ? '(metadata\\.(labels|annotations)|namespace\\.labels)'
      : 'metadata\\.(labels|annotations)';
  const subscript = `${maps}\\['[^|]+'\\]`;
  const all = [...fields.map((name) => name.replaceAll('.', '\\.')), subscript, resource];
  const one = `\\s*(${all.join('|')})\\s*`;
  return side === 'env' ? `${one}(\\|${one})*` : one;
}

function splitDivisor(text: string): [source: string, divisor: string | undefined] {
  const at = text.indexOf(':', text.lastIndexOf(']') + 1);
  if (at < 0) return [text.trim(), undefined];
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function parseField(field: string, side: Side, names: SideNames): SingleSource | SourceFault {
  const sides = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
  if (sides?.includes(side)) return isKnownName(field) ? { known: field } : { fieldRef: field };
  if (sides !== undefined) return wrongSide(field, side, names);
  const subscripted = nearestSubscript(field);
  if (subscripted !== undefined) return subscripted;
  const known = Object.keys(FIELDS).filter((name) => FIELDS[name]?.includes(side));
  const hint = didYouMean(field, [...known, ...RESOURCE_SOURCES]);
  return { fault: `expected a source such as ${example(side)}`, hint };
}

const SUBSCRIPTED = /^([^[]*)\[(.*)\]$/;
const DOTTED = /^(metadata\.(?:labels|annotations)|namespace\.labels)\.(.+)$/;

/** `labels['app']`, `metadata.lables['app']` and `metadata.labels.app` all mean `metadata.labels['app']`. */
function nearestSubscript(field: string): SourceFault | undefined {
  const [, base, subscript] = SUBSCRIPTED.exec(field) ?? DOTTED.exec(field) ?? [];
  if (base === undefined || subscript === undefined) return undefined;
  const map = nearestMap(base);
  if (map === undefined) return undefined;
  return {
    fault: `expected ${map}['key']`,
    hint: `; did you mean ${map}['${unquoted(subscript)}']?`,
  };
}

/** Only the labels of a namespace are a source. */
function nearestMap(base: string): string | undefined {
  const [last = '', first = ''] = base.split('.').reverse();
  const map = nearest(last, ['labels', 'annotations']);
  if (map === undefined) return undefined;
  return nearest(first, ['namespace', 'metadata']) === 'namespace'
    ? NAMESPACE_LABELS
    : `metadata.${map}`;
}

function unquoted(subscript: string): string {
  return subscript.replaceAll(/^["']|["']$/g, '');
}

function example(side: Side): string {
  return side === 'env'
    ? 'metadata.name, status.podIP or limits.memory'
    : 'metadata.labels or limits.memory';
}

function wrongSide(field: string, side: Side, names: SideNames): SourceFault {
  const other = side === 'env' ? 'files' : 'env';
  const one = field.endsWith('s') && side === 'env' ? `, or request one key: ${field}['key']` : '';
  return {
    fault: `${field} works only as ${other === 'env' ? 'a variable' : 'a file'}`,
    hint: `; move it to ${names[other]}${one}`,
  };
}

/** Kubernetes wants single quotes (fieldpath.SplitMaybeSubscriptedPath). */
function parseSubscript(
  source: string,
  map: string,
  subscript: string,
): FieldSource | NamespaceLabelSource | SourceFault {
  const [, key] = /^'(.*)'$/.exec(subscript) ?? [];
  if (key === undefined) {
    return {
      fault: 'expected the key in single quotes',
      hint: `; did you mean ${map}['${unquoted(subscript)}']?`,
    };
  }
  const isAnnotation = map === 'metadata.annotations';
  // Kubernetes compares annotation keys in lower case when it validates them.
  const isValid = isQualifiedName(isAnnotation ? key.toLowerCase() : key);
  if (isValid) return map === NAMESPACE_LABELS ? { namespaceLabel: key } : { fieldRef: source };
  return { fault: `expected a valid key of ${isAnnotation ? 'an annotation' : 'a label'}` };
}

function parseResource(source: string, divisor: string | undefined): ResourceSource | SourceFault {
  const [kind = '', name = ''] = splitAtDot(source);
  const isKnown = (RESOURCES as readonly string[]).includes(name) || HUGE_PAGES.test(name);
  if (!isKnown) {
    const known = RESOURCES.map((one) => `${kind}.${one}`);
    return {
      fault: `expected ${known.join(', ')} or ${kind}.hugepages-<size>`,
      hint: didYouMean(source, known),
    };
  }
  const divisors = name === 'cpu' ? CPU_DIVISORS : BYTE_DIVISORS;
  if (divisor === undefined) return { resource: source, divisor: '1' };
  if (divisors.includes(divisor)) return { resource: source, divisor };
  const resource = name === 'cpu' || name === 'memory' ? name : 'this resource';
  return {
    fault: `expected a divisor for ${resource}: ${divisors.join(', ')}`,
    hint: divisorHint(divisor, divisors),
  };
}

function divisorHint(divisor: string, divisors: readonly string[]): string {
  const meant = divisors.find(
    (one) => one.toLowerCase() === `1${divisor.replace(/^1/, '')}`.toLowerCase(),
  );
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

function splitAtDot(source: string): [string, string] {
  const at = source.indexOf('.');
  return [source.slice(0, at), source.slice(at + 1)];
}
