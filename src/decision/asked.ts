import type { Annotations } from '../api/pod.ts';
import { ANNOTATION_KEYS, annotationNameOf } from './annotations.ts';
import { didYouMean } from './nearest.ts';
import { type Finding, finding } from './reasons.ts';
import type { Rules } from './rules.ts';
import {
  type InvalidValue,
  type MetadataSwitch,
  parseMetadataSwitch,
  sameSwitch,
} from './switch-value.ts';

/** What an object's annotations ask for, and everything that is wrong with them. */
export interface Asked {
  readonly metadata?: { readonly key: string; readonly want: MetadataSwitch };
  readonly faults: readonly Finding[];
  readonly notices: readonly Finding[];
}

const NOTHING: Asked = { faults: [], notices: [] };

export function readAnnotations(annotations: Annotations | null | undefined, rules: Rules): Asked {
  if (annotations === null || annotations === undefined) return NOTHING;
  const written = readSwitch(annotations, 'inject-metadata', rules);
  const faults = written.flatMap(({ key, read }) => faultOf(key, read));
  const [first, second] = written;
  if (first && second && faults.length === 0 && !sameSwitch(first.read, second.read)) {
    faults.push(contradiction(first, second));
  }
  const notices = unknownKeys(annotations, rules.annotationPrefix);
  if (first === undefined || first.read.kind === 'invalid' || faults.length > 0) {
    return { faults, notices };
  }
  return { metadata: { key: first.key, want: first.read }, faults, notices };
}

interface WrittenSwitch {
  readonly key: string;
  readonly value: string;
  readonly read: MetadataSwitch | InvalidValue;
}

/** The bare and the prefixed form, as far as they are there. */
function readSwitch(annotations: Annotations, name: string, rules: Rules): WrittenSwitch[] {
  return [name, `${rules.annotationPrefix}${name}`].flatMap((key) => {
    const value = annotations[key];
    if (value === undefined) return [];
    return { key, value, read: parseMetadataSwitch(value, rules.profiles.keys()) };
  });
}

function faultOf(key: string, read: MetadataSwitch | InvalidValue): Finding[] {
  if (read.kind !== 'invalid') return [];
  const { value, expected, hint } = read;
  return [finding('invalid_value', { key, value: quote(value), expected, hint })];
}

function contradiction(bare: WrittenSwitch, prefixed: WrittenSwitch): Finding {
  return finding('forms_contradict', {
    bare: bare.key,
    bareValue: quote(bare.value),
    prefixed: prefixed.key,
    prefixedValue: quote(prefixed.value),
  });
}

function unknownKeys(annotations: Annotations, prefix: string): Finding[] {
  const found: Finding[] = [];
  for (const key of Object.keys(annotations)) {
    if (!key.startsWith(prefix) || annotationNameOf(key, prefix) !== undefined) continue;
    const hint = didYouMean(key.slice(prefix.length), Object.keys(ANNOTATION_KEYS));
    found.push(finding('unknown_key', { key, hint }));
  }
  return found;
}

/** Long enough to recognise a value by, short enough for one line. */
const QUOTED_LENGTH = 60;

function quote(value: string): string {
  const short = value.length > QUOTED_LENGTH ? `${value.slice(0, QUOTED_LENGTH)}…` : value;
  return JSON.stringify(short);
}
