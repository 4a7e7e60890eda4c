import fc from 'fast-check';
import jsonpatch from 'fast-json-patch';
import { describe, expect, it } from 'vitest';
import { Document, isCollection, type Node, parse, parseDocument, visit } from 'yaml';
import { isObject, type Json } from '../../../src/core/api/json.ts';
import { type AddOperation, escapeToken } from '../../../src/core/api/json-patch.ts';
import { GO_YAML } from '../../../src/manifests/go-yaml.ts';
import { splice } from '../../../src/manifests/splice/splice.ts';

const RUNS = { numRuns: 300 };

const AWKWARD = ['', 'yes', 'null', '15', '1e3', '1:20', '2030-01-01', '# no', 'a: b', '- a', '|'];
const MORE_AWKWARD = [' a', 'a ', 'a\nb\n', 'a\n\n\n', '\n', '"', "'", '{a}', 'a,b', '~', 'é'];

const word = fc.oneof(
  fc.stringMatching(/^[a-z]{1,6}$/),
  fc.constantFrom(...AWKWARD, ...MORE_AWKWARD),
  fc.string({ maxLength: 12 }),
);
// fast-json-patch sets the prototype for `__proto__`, and JavaScript sorts numbers before other
// keys; `splice.test.ts` has tests with such keys.
const key = word.filter((text) => !/^(?:<<|__proto__|\d+)$/.test(text));
// YAML can tell 0 from -0, JSON's writers cannot.
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const leaf = fc.oneof(word, fc.integer(), number, fc.boolean(), fc.constant(null));

const NO_LISTS_IN_LISTS = { listsInLists: false };

function json(maxDepth: number, { listsInLists } = { listsInLists: true }): fc.Arbitrary<Json> {
  return fc.letrec<{ any: Json; list: Json; map: Json }>((tie) => ({
    any: fc.oneof({ maxDepth }, leaf, tie('list'), tie('map')),
    list: fc.array(listsInLists ? tie('any') : fc.oneof({ maxDepth }, leaf, tie('map')), {
      maxLength: 4,
    }),
    map: fc.dictionary(key, tie('any'), { maxKeys: 4 }),
  })).map;
}

const anyDocument = json(4);
// Lists in lists share a line (`- - a`), so no line can be added above the first item.
const lineByLine = json(4, NO_LISTS_IN_LISTS);
const addition = fc.oneof(
  leaf,
  json(2),
  fc.array(fc.oneof(leaf, json(1), fc.array(leaf)), { maxLength: 3 }),
);

type Draw = fc.GeneratorValue;

/** Additions to a document, deepest first, so that no path leads into another addition. */
function additions(draw: Draw, value: Json, path: string, onlyGrow: boolean): AddOperation[] {
  const inside = children(value).flatMap(([token, child]) =>
    additions(draw, child, `${path}/${escapeToken(token)}`, onlyGrow),
  );
  const count = draw(fc.constantFrom, 0, 0, 1, 2);
  if (onlyGrow && children(value).length === 0) return inside;
  if (Array.isArray(value)) return [...inside, ...itemsFor(draw, path, value.length, count)];
  if (isObject(value)) return [...inside, ...membersFor(draw, path, value, count, onlyGrow)];
  return inside;
}

function children(value: Json): [string, Json][] {
  return typeof value === 'object' && value !== null ? Object.entries(value as object) : [];
}

function itemsFor(draw: Draw, path: string, length: number, count: number): AddOperation[] {
  return Array.from({ length: count }, (_, added) => {
    const index = draw(fc.nat, length + added);
    const token = index === length + added && draw(fc.boolean) ? '-' : index;
    return { op: 'add', path: `${path}/${token}`, value: draw(() => addition) };
  });
}

function membersFor(
  draw: Draw,
  path: string,
  value: object,
  count: number,
  onlyGrow: boolean,
): AddOperation[] {
  const nulls = Object.entries(value).flatMap(([name, member]) => (member === null ? [name] : []));
  const fresh = Array.from({ length: count }, () => draw(() => key)).filter(
    (name) => !Object.hasOwn(value, name),
  );
  const names = onlyGrow ? fresh : [...fresh, ...nulls.filter(() => draw(fc.boolean))];
  return [...new Set(names)].map((name) => ({
    op: 'add',
    path: `${path}/${escapeToken(name)}`,
    value: draw(() => addition),
  }));
}

type Flow = 'never' | 'sometimes' | 'always';

/** Writes the document as a user may write it, with comments and blank lines. */
function write(draw: Draw, value: Json, flow: Flow): string {
  const document = new Document(value, GO_YAML);
  visit(document, {
    Node: (_key, node) => {
      decorate(draw, node as Node);
      if (isCollection(node) && flow !== 'never' && draw(fc.boolean)) node.flow = true;
    },
  });
  if (isCollection(document.contents) && flow === 'always') document.contents.flow = true;
  const text = document.toString({
    indent: draw(fc.constantFrom, 2, 4, 3),
    indentSeq: draw(fc.boolean),
    lineWidth: draw(fc.constantFrom, 0, 20, 80),
    flowCollectionPadding: draw(fc.boolean),
    directives: draw(fc.boolean),
  });
  const ended = draw(fc.boolean) ? text : text.replace(/\n$/, '');
  const written = draw(fc.boolean) ? ended.replaceAll('\n', '\r\n') : ended;
  // The library cannot parse everything that it writes if comments are in unusual places.
  fc.pre(parseDocument(written, GO_YAML).errors.length === 0);
  return written;
}

function decorate(draw: Draw, node: Node): void {
  const chance = draw(fc.nat, 19);
  if (chance === 0) node.commentBefore = ' above';
  if (chance === 1) node.comment = ' beside';
  if (chance === 2) node.spaceBefore = true;
}

function patched(text: string, operations: AddOperation[]): unknown {
  return jsonpatch.applyPatch(parse(text, GO_YAML), structuredClone(operations)).newDocument;
}

describe('splice, on arbitrary documents', () => {
  it('gives the value that fast-json-patch gives, in block and flow YAML', () => {
    fc.assert(
      fc.property(
        anyDocument,
        fc.constantFrom('never', 'sometimes', 'always'),
        fc.gen(),
        (value, flow, draw) => {
          const text = write(draw, value, flow);
          const operations = additions(draw, value, '', false);
          const result = splice(text, operations);
          expect(result, text).toMatchObject({ ok: true });
          expect(result.ok && parse(result.text, GO_YAML)).toEqual(patched(text, operations));
        },
      ),
      RUNS,
    );
  });

  it('writes JSON as JSON.stringify does', () => {
    fc.assert(
      fc.property(
        anyDocument,
        fc.constantFrom<(string | number)[]>(0, 2, 4, '\t'),
        fc.gen(),
        (value, space, draw) => {
          const text = JSON.stringify({ kind: 'Pod', spec: value }, null, space);
          const operations = additions(draw, value, '/spec', false);
          const result = splice(text, operations);
          expect(result).toMatchObject({ ok: true });
          const expected = JSON.stringify(patched(text, operations), null, space);
          expect(result.ok && result.text).toBe(expected);
        },
      ),
      RUNS,
    );
  });

  it('only adds lines to block YAML', () => {
    fc.assert(
      fc.property(lineByLine, fc.gen(), (value, draw) => {
        const text = write(draw, value, 'never');
        const result = splice(text, additions(draw, value, '', true));
        expect(result, text).toMatchObject({ ok: true });
        expect(result.ok && linesLost(text, result.text)).toEqual([]);
      }),
      RUNS,
    );
  });
});

/** The lines of one text that another does not have in the same order. */
function linesLost(text: string, result: string): string[] {
  const present = result.split(/\r?\n/);
  return text.split(/\r?\n/).filter((line) => {
    const index = present.indexOf(line);
    if (index !== -1) present.splice(0, index + 1);
    return index === -1;
  });
}
