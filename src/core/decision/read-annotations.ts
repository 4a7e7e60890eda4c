import { sameJson } from '../api/json.ts';
import type { Annotations } from '../api/pod.ts';
import {
  ANNOTATION_KEYS,
  type AnnotatedKind,
  type AnnotationName,
  type AnnotationValues,
  annotationNameOf,
} from './annotations.ts';
import { type AnnotationRef, type Fault, type Finding, finding } from './findings.ts';
import { keyOf, meantKey, REQUESTABLE } from './misspelt-keys.ts';
import type { Rules } from './rules.ts';
import { annotationLabel, nearest, type Parse, type Parsed, quote } from './values.ts';

/** What one annotation requests, as far as its value is valid. */
export interface Requested<Value> {
  readonly annotation: AnnotationRef;
  readonly value?: Value;
}

/** What the annotations of an object request. */
export type Requests = {
  readonly [Name in keyof AnnotationValues]?: Requested<AnnotationValues[Name]>;
};

export interface ReadAnnotations {
  readonly requests: Requests;
  /** Values that are invalid under any configuration. */
  readonly faults: readonly Fault[];
  readonly notices: readonly Finding[];
}

/** The object that carries the annotations. */
export type Carrier =
  | { readonly kind: 'pod'; readonly containers: readonly string[] }
  | { readonly kind: 'namespace'; readonly name: string };

const NOTHING: ReadAnnotations = { requests: {}, faults: [], notices: [] };

/** Reads all of an object's annotations that belong to podherald, and reports every fault. */
export function readAnnotations(
  annotations: Annotations | null | undefined,
  carrier: Carrier,
  rules: Rules,
): ReadAnnotations {
  if (annotations === null || annotations === undefined) return NOTHING;
  const { found, unknown } = findKeys(annotations, rules.annotationPrefix);
  if (found.size === 0 && unknown.length === 0) return NOTHING;
  const requests: { [name: string]: Requested<unknown> } = {};
  const faults: Fault[] = [];
  const notices = unknownKeys(unknown, carrier);
  for (const [name, keys] of found) {
    const declared = ANNOTATION_KEYS[name];
    if (!('parse' in declared)) continue;
    if (!(declared.on as readonly AnnotatedKind[]).includes(carrier.kind)) {
      notices.push(...keys.map((key) => wrongObject(key, carrier)));
      continue;
    }
    const spellings = keys.map((key) => readKey(declared.parse, key, annotations, carrier, rules));
    const contradictions = contradiction(spellings);
    faults.push(...spellings.flatMap((one) => one.faults), ...contradictions);
    const requested = requestedBy(spellings, contradictions.length > 0);
    if (requested !== undefined) requests[name] = requested;
  }
  return { requests: requests as Requests, faults, notices };
}

/** What is wrong with the annotations of a namespace. */
export function namespaceFindings(
  name: string,
  annotations: Annotations,
  rules: Rules,
): readonly Finding[] {
  const { faults, notices } = readAnnotations(annotations, { kind: 'namespace', name }, rules);
  return [...faults, ...notices];
}

function findKeys(
  annotations: Annotations,
  prefix: string,
): { found: ReadonlyMap<AnnotationName, string[]>; unknown: UnknownKey[] } {
  const found = new Map<AnnotationName, string[]>();
  const unknown: UnknownKey[] = [];
  for (const key of Object.keys(annotations)) {
    const name = annotationNameOf(key, prefix);
    if (name !== undefined) found.set(name, [...(found.get(name) ?? []), key]);
    else {
      const hint = unknownKeyHint(key, prefix);
      if (hint !== undefined) unknown.push({ key, hint });
    }
  }
  return { found, unknown };
}

/** A key that has no effect, and the end of a sentence that names the right one, or ''. */
interface UnknownKey {
  readonly key: string;
  readonly hint: string;
}

/**
 * The end of a sentence about a key that looks as if it were podherald's, but is not.
 *
 * @returns undefined for a key of podherald, or of somebody else.
 */
export function unknownKeyHint(key: string, prefix: string): string | undefined {
  if (annotationNameOf(key, prefix) !== undefined) return undefined;
  if (key.startsWith(prefix)) {
    const name = nearest(key.slice(prefix.length), REQUESTABLE);
    return name === undefined ? '' : `; did you mean ${keyOf(name, prefix)}?`;
  }
  const meant = meantKey(key, prefix);
  return meant && `; did you mean ${meant}?`;
}

/** A key in one of its two spellings, with and without the prefix, and its value. */
interface Spelling extends Parsed<unknown> {
  readonly annotation: AnnotationRef;
  readonly text: string;
}

function readKey(
  parse: Parse<unknown>,
  key: string,
  annotations: Annotations,
  carrier: Carrier,
  rules: Rules,
): Spelling {
  const annotation = refTo(key, carrier);
  const text = annotations[key] ?? '';
  const parsed = parse(text, {
    annotation,
    profiles: rules.profiles,
    defaultProfile: rules.metadata.defaultProfile,
    ...(carrier.kind === 'pod' && { containers: carrier.containers }),
  });
  return { annotation, text, ...parsed };
}

function refTo(key: string, carrier: Carrier): AnnotationRef {
  return carrier.kind === 'pod'
    ? { kind: 'annotation', key }
    : { kind: 'annotation', key, namespace: carrier.name };
}

/** Both spellings may be present if they mean the same. If one is invalid, only that is reported. */
function contradiction([first, second]: readonly Spelling[]): Fault[] {
  if (first === undefined || second === undefined) return [];
  if (first.faults.length > 0 || second.faults.length > 0) return [];
  if (sameJson(first.value, second.value)) return [];
  const slots = {
    key: annotationLabel(first.annotation),
    value: quote(first.text),
    other: second.annotation.key,
    otherValue: quote(second.text),
  };
  return [finding('forms_contradict', slots, first.annotation, second.annotation)];
}

function requestedBy(
  spellings: readonly Spelling[],
  isContradictory: boolean,
): Requested<unknown> | undefined {
  const [first] = spellings;
  if (first === undefined) return undefined;
  const { annotation } = first;
  const valid = spellings.find(({ value }) => value !== undefined);
  return valid === undefined || isContradictory
    ? { annotation }
    : { annotation, value: valid.value };
}

/** An object of 256 KiB can have thousands of unknown keys. */
const MAX_UNKNOWN = 20;

function unknownKeys(keys: readonly UnknownKey[], carrier: Carrier): Finding[] {
  const listed = keys.slice(0, MAX_UNKNOWN);
  return listed.map(({ key, hint }, index) => {
    const isLast = index + 1 === listed.length && keys.length > listed.length;
    const others = isLast ? ` (and ${keys.length - listed.length} others)` : '';
    const annotation = refTo(key, carrier);
    const unknown = annotationLabel(annotation) + others;
    return finding('unknown_key', { unknown, hint }, annotation);
  });
}

function wrongObject(key: string, carrier: Carrier): Finding {
  const annotation = refTo(key, carrier);
  const there = carrier.kind === 'namespace' ? 'pods' : 'namespaces';
  const slots = { key: annotationLabel(annotation), here: carrier.kind, there };
  return finding('wrong_place', slots, annotation);
}
