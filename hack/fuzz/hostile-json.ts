import * as fc from 'fast-check';
import { isObject, type Json } from '../../src/core/api/json.ts';

/** The longest text that is generated: about as much as the API server accepts for one object. */
const MAX_CHARACTERS = 1_000_000;

/** Mostly small numbers, and sometimes one that is too large for work that is not linear. */
export function countUpTo(most: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 16, arbitrary: fc.integer({ min: 1, max: 5 }) },
    { weight: 3, arbitrary: fc.integer({ min: 6, max: 100 }) },
    { weight: 1, arbitrary: fc.integer({ min: 101, max: most }) },
  );
}

export const count = countUpTo(20_000);

/**
 * Marks stand for values that are too large, or too deep for JSON.stringify. `expand` replaces them
 * in the text, so that they stay short while fast-check shrinks them.
 */
const mark = fc
  .tuple(fc.constantFrom('deep', 'map', 'objects', 'long'), count)
  .map(([kind, number]) => `@@${kind} ${number}@@`);

/** Texts that have broken parsers, or that collide with names in podherald. */
const AWKWARD = [
  ...[
    '',
    ' ',
    '\n',
    '\t',
    '\0',
    '\u2028',
    '\uFEFF',
    '\u{1F600}',
    '\ud800',
    'é',
    '\u0301',
    '\x1b[2J',
  ],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', '-', '0', '~', '~1', '/'],
  ...['true', 'false', 'null', 'yes', '0x10', '1e999', '.nan', '1:20', '2030-01-01', '<<', '*a'],
  ...[
    '&a',
    '!!binary',
    '|',
    '>',
    '# no',
    'a: b',
    '- a',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '$(A)',
    '$$',
  ],
  ...['%s', '../..', '/etc/downward', '//', 'ambassador', 'downward', 'POD_NAME', 'app'],
];

export const awkwardText = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...AWKWARD) },
  { weight: 2, arbitrary: fc.string({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
);

const NUMBERS = [0, -1, 1, 0.5, 8001, 65_536, 2 ** 31, 2 ** 53, 1e308, -1e308];

/** Any JSON value in the place of another one. */
export const hostileJson: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Json>(null, true, false, [], {}, [[]], [null]) },
  { weight: 2, arbitrary: fc.constantFrom<Json>(...NUMBERS) },
  { weight: 3, arbitrary: awkwardText },
  { weight: 2, arbitrary: fc.constantFrom<Json>({ toString: 1 }, { length: 3 }, { name: {} }) },
  { weight: 2, arbitrary: fc.json({ maxDepth: 3 }).map((text): Json => JSON.parse(text)) },
  { weight: 2, arbitrary: mark },
);

const edit = fc.record({
  /** Which value is edited, as a part of all values. */
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  kind: fc.constantFrom('replace', 'remove', 'repeat', 'number', 'rename', 'insert', 'copy'),
  key: awkwardText,
  value: hostileJson,
  times: count,
});

export type Edit = typeof edit extends fc.Arbitrary<infer Value> ? Value : never;

/** Edits a few values of a document, wherever they are. */
export function editedJson(documents: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc
    .tuple(documents, fc.array(edit, { maxLength: 4 }))
    .map(([document, edits]) => edits.reduce(applyEdit, structuredClone(document)));
}

type MutableObject = Record<string, Json>;
type Slot = { readonly owner: Json[] | MutableObject; readonly key: string };

/** Edits one value of a document, which is changed. The value of the edit is not. */
export function applyEdit(document: Json, { at, kind, key, value: shared, times }: Edit): Json {
  // Later edits change it. fast-check gives the same constants to many inputs.
  const value = structuredClone(shared);
  const slots = slotsOf(document);
  const slot = slots[Math.floor(at * slots.length)];
  if (slot === undefined) return kind === 'replace' ? value : document;
  const { owner } = slot;
  const old = (owner as MutableObject)[slot.key] as Json;
  if (kind === 'replace') set(owner, slot.key, value);
  else if (kind === 'insert') insert(owner, key, value);
  else if (kind === 'copy')
    insert(owner, key, structuredClone(slots[times % slots.length]?.owner ?? 0) as Json);
  else if (Array.isArray(owner)) editItem(owner, Number(slot.key), kind, old, times);
  else if (kind === 'remove' || kind === 'rename') {
    delete owner[slot.key];
    if (kind === 'rename') set(owner, key, old);
  } else if (typeof old === 'string') set(owner, slot.key, repeated(old, times, MAX_CHARACTERS));
  else if (Array.isArray(old)) {
    set(owner, slot.key, Array.from({ length: copiesOf(old, times) }, () => old).flat());
  }
  return document;
}

function editItem(owner: Json[], index: number, kind: string, old: Json, times: number): void {
  if (kind === 'remove') owner.splice(index, 1);
  const copies = Array.from({ length: copiesOf(old, times) }, (_, number) =>
    kind === 'number' ? numbered(old, number) : old,
  );
  if (kind === 'repeat' || kind === 'number') owner.splice(index, 1, ...copies);
}

/** The same object with another name, so that the API server accepts many of it. */
function numbered(value: Json, number: number): Json {
  if (!isObject(value)) return typeof value === 'string' ? `${value}${number}` : value;
  const { name, mountPath } = value;
  return {
    ...value,
    ...(typeof name === 'string' && { name: `${name.slice(0, 50)}-${number}` }),
    ...(typeof mountPath === 'string' && { mountPath: `${mountPath}/${number}` }),
  };
}

/** Repeats a text at least once, and not beyond so many characters. */
export function repeated(text: string, times: number, maxCharacters: number): string {
  return text.repeat(Math.max(1, Math.min(times, Math.floor(maxCharacters / (text.length + 1)))));
}

function copiesOf(value: Json, times: number): number {
  return Math.max(1, Math.min(times, Math.floor(MAX_CHARACTERS / JSON.stringify(value).length)));
}

function set(owner: Json[] | MutableObject, key: string, value: Json): void {
  Object.defineProperty(owner, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function insert(owner: Json[] | MutableObject, key: string, value: Json): void {
  if (Array.isArray(owner)) owner.push(value);
  else set(owner, key, value);
}

function slotsOf(value: Json): Slot[] {
  if (typeof value !== 'object' || value === null) return [];
  const owner = value as Json[] | MutableObject;
  return Object.entries(value as object).flatMap(([key, member]) => [
    { owner, key },
    ...slotsOf(member),
  ]);
}

/** The longest text of an input. */
const MAX_TEXT = 2 * MAX_CHARACTERS;

/** The text of a value, in which the marks are replaced by what they stand for. */
export function textOf(value: Json): string {
  return expand(JSON.stringify(value)).slice(0, MAX_TEXT);
}

/** Replaces the marks in JSON, with or without their quotes, until the text is long enough. */
export function expand(text: string): string {
  let room = MAX_TEXT;
  return text.replaceAll(/"?@@(\w+) (\d+)@@"?/g, (_, kind: string, digits: string) => {
    if (room <= 0) return '0';
    const expanded = expandedMark(kind, Number(digits));
    room -= expanded.length;
    return expanded;
  });
}

function expandedMark(kind: string, number: number): string {
  switch (kind) {
    case 'deep':
      return `${'['.repeat(number)}${']'.repeat(number)}`;
    case 'map':
      return `${'{"a":'.repeat(number)}1${'}'.repeat(number)}`;
    case 'objects':
      return `[${'{},'.repeat(number)}{}]`;
    default:
      return `"${'x'.repeat(number * 10)}"`;
  }
}
