import { sameJson } from '../api/json.ts';
import type { Annotations } from '../api/pod.ts';
import {
  ANNOTATION_KEYS,
  ANNOTATION_NAMES,
  type AnnotationName,
  type AnnotationValues,
  annotationNameOf,
  type Place,
} from './annotations.ts';
import { type Finding, finding } from './reasons.ts';
import type { Rules } from './rules.ts';
import { didYouMean, type Fault, type Parse, type Parsed, quote } from './values.ts';

/** How findings name an annotation: by its key, and before that by the namespace that it stands on. */
export function annotationLabel(key: string, namespace?: string): string {
  return namespace === undefined ? key : `namespace ${namespace}: ${key}`;
}

const OF_NAMESPACE = /^namespace (\S+): (.*)$/;

/** What annotationLabel() was made of. No key of an annotation holds a space. */
export function readAnnotationLabel(label: string): {
  readonly key: string;
  readonly namespace?: string;
} {
  const [, namespace, key] = OF_NAMESPACE.exec(label) ?? [];
  return namespace === undefined || key === undefined ? { key: label } : { key, namespace };
}

/** What one key says, as far as it is right, and the key as it is to be named. */
export interface Written<Value> {
  readonly key: string;
  readonly value?: Value;
}

/** What an object's annotations ask for. */
export type Asked = {
  readonly [Name in keyof AnnotationValues]?: Written<AnnotationValues[Name]>;
};

export interface ReadAnnotations {
  readonly asked: Asked;
  /** What is wrong in the text under any configuration. */
  readonly faults: readonly Fault[];
  readonly notices: readonly Finding[];
}

/** The object that carries the annotations. */
export type Carrier =
  | { readonly place: 'pod'; readonly containers: readonly string[] }
  | { readonly place: 'namespace'; readonly name: string };

const NOTHING: ReadAnnotations = { asked: {}, faults: [], notices: [] };

/** Reads all of an object's keys that are ours. Everything that is wrong is told, not the first. */
export function readAnnotations(
  annotations: Annotations | null | undefined,
  carrier: Carrier,
  rules: Rules,
): ReadAnnotations {
  if (annotations === null || annotations === undefined) return NOTHING;
  const { written, unknown } = findKeys(annotations, rules.annotationPrefix);
  if (written.size === 0 && unknown.length === 0) return NOTHING;
  const asked: { [name: string]: Written<unknown> } = {};
  const faults: Fault[] = [];
  const notices = unknown.map((key) => unknownKey(key, carrier, rules));
  for (const [name, keys] of written) {
    const declared = ANNOTATION_KEYS[name];
    if (!('parse' in declared)) continue;
    if (!(declared.on as readonly Place[]).includes(carrier.place)) {
      notices.push(...keys.map((key) => wrongPlace(key, carrier)));
      continue;
    }
    const read = keys.map((key) => readKey(declared.parse, key, annotations, carrier, rules));
    const clash = contradiction(read);
    faults.push(...read.flatMap((one) => one.faults), ...clash);
    asked[name] = writtenOf(read, clash.length > 0);
  }
  return { asked: asked as Asked, faults, notices };
}

function findKeys(
  annotations: Annotations,
  prefix: string,
): { written: ReadonlyMap<AnnotationName, string[]>; unknown: string[] } {
  const written = new Map<AnnotationName, string[]>();
  const unknown: string[] = [];
  for (const key of Object.keys(annotations)) {
    const name = annotationNameOf(key, prefix);
    if (name !== undefined) written.set(name, [...(written.get(name) ?? []), key]);
    else if (key.startsWith(prefix)) unknown.push(key);
  }
  return { written, unknown };
}

/** One spelling of a key, read. */
interface ReadKey extends Parsed<unknown> {
  readonly key: string;
  /** As it is to be named. */
  readonly label: string;
  readonly text: string;
}

function readKey(
  parse: Parse<unknown>,
  key: string,
  annotations: Annotations,
  carrier: Carrier,
  rules: Rules,
): ReadKey {
  const label = labelOf(key, carrier);
  const text = annotations[key] ?? '';
  const containers = carrier.place === 'pod' ? { containers: carrier.containers } : {};
  return { key, label, text, ...parse(text, { key: label, rules, ...containers }) };
}

function labelOf(key: string, carrier: Carrier): string {
  return annotationLabel(key, carrier.place === 'pod' ? undefined : carrier.name);
}

/** Both spellings may be there if they mean the same. Where one is at fault, that is told instead. */
function contradiction([first, second]: readonly ReadKey[]): Fault[] {
  if (first === undefined || second === undefined) return [];
  if (first.faults.length > 0 || second.faults.length > 0) return [];
  if (sameJson(first.value, second.value)) return [];
  return [
    finding('forms_contradict', {
      key: first.label,
      value: quote(first.text),
      other: second.key,
      otherValue: quote(second.text),
    }),
  ];
}

function writtenOf(read: readonly ReadKey[], isContradictory: boolean): Written<unknown> {
  const key = read[0]?.label ?? '';
  const right = read.find(({ value }) => value !== undefined);
  return right === undefined || isContradictory ? { key } : { key, value: right.value };
}

function unknownKey(key: string, carrier: Carrier, { annotationPrefix }: Rules): Finding {
  const hint = didYouMean(key.slice(annotationPrefix.length), ANNOTATION_NAMES);
  return finding('unknown_key', { key: labelOf(key, carrier), hint });
}

function wrongPlace(key: string, carrier: Carrier): Finding {
  const place = carrier.place === 'namespace' ? 'pods' : 'namespaces';
  return finding('wrong_place', { key: labelOf(key, carrier), place });
}
