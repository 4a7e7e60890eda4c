import * as fc from 'fast-check';
import jsonpatch, { type Operation } from 'fast-json-patch';
import { describe, expect, it } from 'vitest';
import { prove } from '../../../src/core/admission/prove.ts';
import type { Json } from '../../../src/core/api/json.ts';
import { type AddOperation, escapeToken } from '../../../src/core/api/json-patch.ts';
import { losses } from '../../support/only-adds.ts';

const add = (path: string, value: Json = 'new'): AddOperation => ({ op: 'add', path, value });

describe('prove()', () => {
  const document = { list: [1, 2], empty: [], map: { a: 1, nothing: null }, 'a/b~c': {} };

  it.each([
    ['a new member', [add('/map/b')]],
    ['a member that is null', [add('/map/nothing')]],
    ['an insertion at the front', [add('/list/0')]],
    ['consecutive insertions', [add('/list/0'), add('/list/1'), add('/list/4')]],
    ['an insertion at the end', [add('/list/2'), add('/list/-')]],
    ['an insertion into an empty list', [add('/empty/0')]],
    ['a key with a slash and a tilde', [add('/a~1b~0c/x')]],
  ])('accepts %s', (_, operations) => {
    expect(prove(document, operations)).toBeUndefined();
  });

  it.each([
    ['a member that exists', [add('/map/a')], '/map/a: already exists'],
    ['a member set twice', [add('/map/b'), add('/map/b')], '/map/b: is set twice'],
    [
      'a parent that does not exist',
      [add('/none/x')],
      '/none/x: the document has no object or list at its parent',
    ],
    [
      'a parent that is a scalar',
      [add('/map/a/x')],
      '/map/a/x: the document has no object or list at its parent',
    ],
    ['an index beyond the end', [add('/list/3')], '/list/3: is beyond the end'],
    ['an index with a leading zero', [add('/list/01')], '/list/01: is not an index'],
    [
      'a path through a dash',
      [add('/list/-/x')],
      '/list/-/x: the document has no object or list at its parent',
    ],
    [
      'a path through a list that has grown',
      [add('/list/0'), add('/list/0/x')],
      '/list/0/x: its parent is in a list that an earlier operation extends',
    ],
    ['the whole document', [add('')], ': not a path of the document'],
    ['a pointer without a slash', [add('map/b')], 'map/b: not a path of the document'],
    ['the member __proto__', [add('/map/__proto__')], '/map/__proto__: is not allowed'],
    [
      'an inherited member',
      [add('/map/constructor/x')],
      '/map/constructor/x: the document has no object or list at its parent',
    ],
  ])('rejects %s', (_, operations, why) => {
    expect(prove(document, operations)).toBe(why);
  });

  it('accepts a member that exists if it may be replaced', () => {
    expect(prove(document, [add('/map/a')], '/map/a')).toBeUndefined();
  });
});

const key = fc.constantFrom('a', 'b', 'a/b', 'a~b', '0', '-', 'toString');
const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<Json>(null, 1, 'x', true),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
})).value;

const document = fc.dictionary(key, json, { minKeys: 2 });

const operations = fc.array(
  fc
    .tuple(
      fc.array(fc.oneof(key, fc.constantFrom('1', '2', '01')), { minLength: 1, maxLength: 3 }),
      json,
    )
    .map(([tokens, value]) => add(tokens.map((token) => `/${escapeToken(token)}`).join(''), value)),
  { minLength: 1, maxLength: 4 },
);

describe('prove() with any document and operations', () => {
  it('accepts only operations that fast-json-patch applies without losing a value', () => {
    let accepted = 0;
    fc.assert(
      fc.property(document, operations, (before, adds) => {
        if (prove(before, adds) !== undefined) return;
        accepted += 1;
        const copy: Json = structuredClone(before);
        const patched = jsonpatch.applyPatch(copy, adds as Operation[], true).newDocument;
        expect(losses(before, patched)).toEqual([]);
      }),
      { numRuns: 10_000 },
    );
    expect(accepted).toBeGreaterThan(200);
  });
});
