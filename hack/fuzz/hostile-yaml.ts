import * as fc from 'fast-check';
import { Document, isCollection, isScalar, type Node, type Scalar, visit } from 'yaml';
import type { Json } from '../../src/core/api/json.ts';
import { awkwardText, countUpTo, expand, repeated } from './hostile-json.ts';

/** Parts of YAML with a meaning, which are inserted anywhere. */
const TOKENS = [
  ...[
    '&a ',
    '*a',
    '*a : ',
    '<<: *a\n',
    '<<: [*a, *a]\n',
    '? ',
    ': ',
    '- ',
    '- - ',
    '{',
    '}',
    '[',
    ']',
  ],
  ...[
    '|',
    '>',
    '|+\n',
    '|2-\n',
    '>-\n\n',
    '!!binary ',
    '!!set ',
    '!!int ',
    '!x ',
    '! ',
    '%YAML 1.1\n',
  ],
  ...[
    '---\n',
    '---',
    '...\n',
    '\t',
    '\r\n',
    '\r',
    '\n',
    '\n\n',
    '  ',
    ' # c',
    '# c\n',
    '"',
    "'",
    ',',
    '\\',
  ],
  ...['\uFEFF', '\u2028', '\0', '~', 'null', '0x1F', '1e999', '.nan', '__proto__: ', '"\\ud800"'],
  ...['{a: &b [*b]}', '&a {x: *a}', '&a [*a]', '{? a}', '[a: b]', '""', 'constructor: 1\n'],
];

const change = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  kind: fc.constantFrom('insert', 'cut', 'lines', 'chunk', 'indent', 'crlf', 'end', 'inject'),
  text: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...TOKENS) }, awkwardText),
  length: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 200 })),
  times: countUpTo(5000),
});

type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

/** The YAML parser alone takes a second for some hundred KiB, if they are keys of one map. */
const MAX_CHARACTERS = 50_000;

/** Changes a few places of a text, without regard to what they mean. */
export function changedText(texts: fc.Arbitrary<string>, most = 5): fc.Arbitrary<string> {
  return fc
    .tuple(texts, fc.array(change, { maxLength: most }))
    .map(([text, changes]) => changes.reduce(applyChange, text).slice(0, MAX_CHARACTERS));
}

function applyChange(text: string, { at, kind, text: part, length, times }: Change): string {
  const offset = Math.floor(at * (text.length + 1));
  const before = text.slice(0, offset);
  const after = text.slice(offset);
  const line = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset) + 1 || text.length;
  switch (kind) {
    case 'insert':
      return before + part + after;
    case 'inject':
      return before + repeated(part, times, MAX_CHARACTERS) + after;
    case 'cut':
      return before + after.slice(length);
    case 'lines':
      return (
        text.slice(0, line) +
        repeated(text.slice(line, lineEnd), times, MAX_CHARACTERS) +
        text.slice(lineEnd)
      );
    case 'chunk':
      return before + repeated(after.slice(0, length), times, MAX_CHARACTERS) + after.slice(length);
    case 'indent':
      return `${text.slice(0, line)}${' '.repeat(length % 9)}${text.slice(line)}`;
    case 'crlf':
      return text.replaceAll('\n', '\r\n');
    default:
      return text.replace(/\n*$/, repeated('\n', times % 3, MAX_CHARACTERS));
  }
}

/** Writes values as a user may: block or flow, quoted or not, with comments, anchors and aliases. */
export function writtenYaml(values: fc.Arbitrary<Json>): fc.Arbitrary<string> {
  const choices = fc.array(fc.nat(59), { minLength: 1, maxLength: 40 });
  return fc
    .tuple(values, choices)
    .map(([value, numbers]) => expand(write(value, numbers)))
    .filter((text) => text.length <= MAX_CHARACTERS);
}

const SCALAR_TYPES: readonly (Scalar.Type | undefined)[] = [
  'QUOTE_DOUBLE',
  'QUOTE_SINGLE',
  'BLOCK_LITERAL',
  'BLOCK_FOLDED',
  'PLAIN',
];

/** @param choices decide the style of each node in turn. */
function write(value: Json, choices: readonly number[]): string {
  let next = 0;
  const choose = (options: number): number => (choices[next++ % choices.length] ?? 0) % options;
  const document = new Document(value, { aliasDuplicateObjects: false });
  const seen: Node[] = [];
  visit(document, {
    Node(_key, node) {
      const choice = choose(60);
      if (choice === 1) node.commentBefore = ' above';
      if (choice === 2) node.comment = ' beside';
      if (choice === 3) node.spaceBefore = true;
      if (isCollection(node)) node.flow = choice % 4 === 3;
      if (isScalar(node) && choice > 50) node.type = SCALAR_TYPES[choice % 5] as Scalar.Type;
    },
    Map(_key, map) {
      if (choose(20) === 1) seen.push(map);
    },
    Pair(_key, pair) {
      const target = seen.at(choose(3));
      // An alias of a value that is not around the alias itself.
      if (choose(12) !== 1 || target === undefined || contains(target, pair)) return;
      pair.value = document.createAlias(target as Scalar, 'a');
      return visit.SKIP;
    },
  });
  return document.toString({
    indent: 1 + choose(4),
    indentSeq: choose(2) === 0,
    lineWidth: [0, 20, 80][choose(3)] ?? 0,
    flowCollectionPadding: choose(2) === 0,
    directives: choose(6) === 0,
  });
}

function contains(node: Node, part: unknown): boolean {
  let found = false;
  visit(node, {
    Pair(_key, pair) {
      found ||= pair === part;
    },
  });
  return found;
}
