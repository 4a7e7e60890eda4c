import {
  type Document,
  isCollection,
  isScalar,
  type Pair,
  type ScalarTag,
  type Tags,
  visit,
} from 'yaml';
import { offsetOf, type YamlFault } from '../yaml-nodes.ts';

/**
 * kubectl reads manifests with sigs.k8s.io/yaml, a fork of go-yaml v2. Its scalars are those of YAML 1.1, without
 * numbers of base 60 and without dates (resolve.go), and the last one of several equal keys is used.
 */

const TRUE = ['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'];
const FALSE = ['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'];

const BOOLEAN: ScalarTag = {
  default: true,
  tag: 'tag:yaml.org,2002:bool',
  test: new RegExp(`^(?:${[...TRUE, ...FALSE].join('|')})$`),
  identify: (value) => typeof value === 'boolean',
  resolve: (text) => TRUE.includes(text),
  stringify: ({ source, value }) => source ?? String(value),
};

/** The test is only a hint, as in go-yaml: a text that is no number after all stays a string. */
const NUMBER: ScalarTag = {
  default: true,
  tag: 'tag:yaml.org,2002:int',
  test: /^(?:[-+.\d][\d_.]*(?:[eExXbBoO][-+]?[\da-fA-F_]*)?|[-+]?\.(?:inf|nan))$/i,
  identify: (value) => typeof value === 'number',
  resolve: (text) => numberIn(text) ?? text,
  stringify: ({ source, value }) => source ?? String(value),
};

/** For an explicit `!!float`. */
const FLOAT: ScalarTag = { ...NUMBER, default: false, tag: 'tag:yaml.org,2002:float' };
delete FLOAT.test;

const REPLACED = new Set([BOOLEAN.tag, NUMBER.tag, FLOAT.tag]);

/** The options of the YAML library with which it reads values as kubectl does. */
export const GO_YAML = {
  schema: 'core',
  customTags: (tags: Tags): Tags => [
    ...tags.filter((tag) => typeof tag === 'string' || !REPLACED.has(tag.tag)),
    BOOLEAN,
    NUMBER,
    FLOAT,
  ],
  merge: true,
  // Replaced by `dropShadowed`, which also takes less time.
  uniqueKeys: false,
  resolveKnownTags: false,
  logLevel: 'error',
  prettyErrors: false,
} as const;

/** `strconv.ParseInt` with base 0. */
const INTEGER = /^([-+]?)(0[xX][\da-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9]\d*)$/;
/** `yamlStyleFloat` of go-yaml. */
const FLOATING = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const INFINITE = /^([-+]?)\.(?:inf|Inf|INF)$/;
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/;

/** The number that go-yaml reads in a plain scalar; undefined for a string. */
function numberIn(text: string): number | undefined {
  if (NOT_A_NUMBER.test(text)) return Number.NaN;
  const infinite = INFINITE.exec(text);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const plain = text.replaceAll('_', '');
  const [, sign = '', digits] = INTEGER.exec(plain) ?? [];
  if (digits !== undefined) {
    // Number() knows the prefixes 0x, 0b and 0o; a leading zero alone means octal here.
    const amount = Number(/^0\d/.test(digits) ? `0o${digits}` : digits);
    return sign === '-' ? -amount : amount;
  }
  const number = FLOATING.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

/** A key that a map has several times. Offsets count from 0. */
export interface DuplicateKey {
  readonly key: string;
  readonly offset: number;
  /** The offset of the last one, which is used. */
  readonly usedOffset: number;
}

/**
 * Removes each pair whose key its map has again later, as reading with kubectl does. The tokens of the text stay.
 *
 * @returns the removed keys, in the order of the text.
 */
export function dropShadowed(document: Document.Parsed): DuplicateKey[] {
  const duplicates: DuplicateKey[] = [];
  visit(document, {
    Map(_key, map) {
      const last = new Map<unknown, Pair>();
      for (const pair of map.items) last.set(keyOf(pair), pair);
      if (last.size === map.items.length) return;
      map.items = map.items.filter((pair) => {
        const used = last.get(keyOf(pair));
        if (used === pair || used === undefined) return true;
        const offsets = { offset: offsetOf(pair.key), usedOffset: offsetOf(used.key) };
        duplicates.push({ key: String(keyOf(pair)), ...offsets });
        return false;
      });
    },
  });
  return duplicates;
}

/** Scalars of one text are equal as JSON keys. Lists, maps, aliases and merge keys are equal only to themselves. */
function keyOf({ key }: Pair): unknown {
  return isScalar(key) && key.addToJSMap === undefined ? String(key.value ?? '') : key;
}

/** Finds the keys that are lists or maps, which no JSON can have: `{{ .Values.name }}` is a map in a map. */
export function collectionKeys(document: Document.Parsed): YamlFault[] {
  const faults: YamlFault[] = [];
  visit(document, {
    Map(_key, map) {
      for (const { key } of map.items) {
        if (isCollection(key)) faults.push({ offset: offsetOf(key), message: COLLECTION_KEY });
      }
    },
  });
  return faults;
}

const COLLECTION_KEY = 'a list or map cannot be a key';
