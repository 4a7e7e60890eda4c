import { isQualifiedName } from '../api/names.ts';
import type { FieldSource, ResourceSource } from './profiles.ts';
import { didYouMean } from './values.ts';

/** What an item becomes: a variable or a file. */
export type Side = 'env' | 'files';

/** Why a text is no source, as the end of a sentence. */
export interface SourceFault {
  readonly fault: string;
}

/**
 * The Downward API's fields, and on which side each works (kubernetes
 * pkg/apis/core/validation/validation.go, validEnvDownwardAPIFieldPathExpressions and
 * validVolumeDownwardAPIFieldPathExpressions).
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
};

/** What may follow `limits.` and `requests.`; `hugepages-` with a page size besides. */
export const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'] as const;

const CPU_DIVISORS = ['1m', '1'];
const BYTE_DIVISORS = [
  '1',
  ...['k', 'M', 'G', 'T', 'P', 'E'].flatMap((x) => [`1${x}`, `1${x === 'k' ? 'K' : x}i`]),
];

const SUBSCRIPT = /^metadata\.(labels|annotations)\[(.*)\]$/;
const HUGE_PAGES = /^hugepages-[1-9][0-9]*([kMGTPE]|[KMGTPE]i)?$/;
/** Where each side is written: on a pod under these keys, in a profile under others. */
export type SideNames = Readonly<Record<Side, string>>;

const ANNOTATION_SIDES: SideNames = { env: 'metadata-env', files: 'metadata-files' };

/**
 * Reads `source[:divisor]`. A divisor that is not given is 1, and always written out.
 *
 * | text                             | means                        |
 * | -------------------------------- | ---------------------------- |
 * | `metadata.name`                  | a field                      |
 * | `metadata.labels['app']`         | one label, on both sides     |
 * | `limits.memory`, `requests.cpu:1m` | a resource of the container |
 */
export function parseSource(
  text: string,
  side: Side,
  sides: SideNames = ANNOTATION_SIDES,
): FieldSource | ResourceSource | SourceFault {
  const [source, divisor] = splitDivisor(text);
  if (/^(limits|requests)\./.test(source)) return parseResource(source, divisor);
  if (divisor !== undefined) {
    return { fault: `a divisor (:${divisor}) belongs only to limits.* and requests.*` };
  }
  const [, map, subscript] = SUBSCRIPT.exec(source) ?? [];
  if (map !== undefined && subscript !== undefined) return parseSubscript(source, map, subscript);
  return parseField(source, side, sides);
}

/** `container.name`, which the Downward API lacks; only profiles may use it. */
export function isContainerName(text: string): boolean {
  return text === 'container.name';
}

function splitDivisor(text: string): [source: string, divisor: string | undefined] {
  const at = text.indexOf(':', text.lastIndexOf(']') + 1);
  if (at < 0) return [text.trim(), undefined];
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function parseField(field: string, side: Side, names: SideNames): FieldSource | SourceFault {
  const sides = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
  if (sides?.includes(side)) return { fieldRef: field };
  if (sides !== undefined) return wrongSide(field, side, names);
  const known = Object.keys(FIELDS).filter((name) => FIELDS[name]?.includes(side));
  const [, map, subscript] = /^(?:metadata\.)?(label|annotation)s?\[(.*)\]$/.exec(field) ?? [];
  if (map !== undefined) {
    return {
      fault: `expected metadata.${map}s['key']; did you mean metadata.${map}s[${subscript}]?`,
    };
  }
  const all = [...known, ...RESOURCES.flatMap((name) => [`limits.${name}`, `requests.${name}`])];
  return { fault: `expected a source such as ${example(side)}${didYouMean(field, all)}` };
}

function example(side: Side): string {
  return side === 'env'
    ? 'metadata.name, status.podIP or limits.memory'
    : 'metadata.labels or limits.memory';
}

function wrongSide(field: string, side: Side, names: SideNames): SourceFault {
  const other = side === 'env' ? 'files' : 'env';
  const one = field.endsWith('s') && side === 'env' ? `, or take one: ${field}['key']` : '';
  return { fault: `${field} works only as ${other}; write it under ${names[other]}${one}` };
}

/** fieldpath.SplitMaybeSubscriptedPath wants single quotes; annotation keys count in lower case. */
function parseSubscript(source: string, map: string, subscript: string): FieldSource | SourceFault {
  const [, key] = /^'(.*)'$/.exec(subscript) ?? [];
  if (key === undefined) {
    const bare = subscript.replaceAll(/^["']|["']$/g, '');
    return { fault: `expected the key in single quotes; did you mean metadata.${map}['${bare}']?` };
  }
  const isValid = isQualifiedName(map === 'annotations' ? key.toLowerCase() : key);
  if (isValid) return { fieldRef: source };
  return {
    fault: `'${key}' cannot be the key of ${map === 'labels' ? 'a label' : 'an annotation'}`,
  };
}

function parseResource(source: string, divisor: string | undefined): ResourceSource | SourceFault {
  const [kind = '', name = ''] = splitAtDot(source);
  const isKnown = (RESOURCES as readonly string[]).includes(name) || HUGE_PAGES.test(name);
  if (!isKnown) {
    const hint = didYouMean(name, RESOURCES);
    return { fault: `expected ${kind}. of ${RESOURCES.join(', ')} or hugepages-<size>${hint}` };
  }
  const divisors = name === 'cpu' ? CPU_DIVISORS : BYTE_DIVISORS;
  if (divisor === undefined) return { resource: source, divisor: '1' };
  if (divisors.includes(divisor)) return { resource: source, divisor };
  return {
    fault: `expected a divisor for ${name}: ${divisors.join(', ')}${divisorHint(divisor, divisors)}`,
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
