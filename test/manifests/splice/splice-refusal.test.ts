import { describe, expect, it } from 'vitest';
import { expandAliases } from '../../../src/manifests/splice/expand-aliases.ts';
import { answer, dedent, spliced } from './spliced.ts';

const SHARED = dedent`
  base: &base
    env: &env
      - name: A
  one:
    env: *env
  two:
    <<: *base
    name: x
  `;

describe('splice, if it refuses', () => {
  it.each([
    ['/one/env/0', { code: 'alias', line: 5, anchor: 'env' }],
    ['/base/env/0', { code: 'anchor', anchor: 'base' }],
    ['/two/env/0', { code: 'merge_key', line: 7 }],
    ['/one/env', { code: 'alias', line: 5, anchor: 'env' }],
  ] as const)('names the alias, anchor or merge key that shares %s', (path, expected) => {
    expect(answer(SHARED, [[path, 'x']])).toMatchObject({
      ok: false,
      expandable: true,
      ...expected,
    });
  });

  it('edits the parts of a document that are not shared', () => {
    expect(spliced(SHARED, ['/two/env2', [1]], ['/one/x', 1])).toBe(dedent`
      base: &base
        env: &env
          - name: A
      one:
        env: *env
        x: 1
      two:
        <<: *base
        name: x
        env2:
          - 1
      `);
  });

  it('edits shared values after the aliases are expanded', () => {
    const text = expandAliases(SHARED);
    expect(spliced(text, ['/one/env/0', 'x'], ['/base/env/0', 'b'], ['/two/env/-', 'c'])).toBe(
      dedent`
      base:
        env:
          - b
          - name: A
      one:
        env:
          - x
          - name: A
      two:
        env:
          - name: A
          - c
        name: x
      `,
    );
  });

  it.each([
    ['/b/c', 'missing'],
    ['/a/1', 'occupied'],
    ['/l/2', 'missing'],
    ['/l/x', 'missing'],
    ['/l/01', 'missing'],
    ['/l/-/x', 'missing'],
    ['/s/x', 'missing'],
    ['/n/x', 'missing'],
    ['/f/0/x', 'unsupported'],
    ['', 'unsupported'],
    ['/set', 'unsupported'],
  ])('refuses to add at %j: %s', (path, code) => {
    const text = dedent`
      a: {1: [x]}
      l: [1]
      s: text
      n: null
      f: [k: v]
      ? set
      `;
    expect(answer(text, [[path, 'x']])).toMatchObject({ ok: false, expandable: false, code });
  });

  it.each([
    ['a: [', 'an unclosed list'],
    ['a: 1\n---\nb: 2\n', 'two documents'],
    ['a:\n\tb: 1\n', 'a tab as indentation'],
    ['a: *none\n', 'an alias without an anchor'],
    ['<<: 1\n', 'a merge key without a map'],
  ])('refuses to read %j: %s', (text) => {
    expect(answer(text, [['/x', 1]])).toMatchObject({ ok: false, code: 'unreadable' });
  });

  it('refuses to add to an empty document', () => {
    expect(answer('', [['/a', 1]])).toMatchObject({ code: 'missing' });
    expect(answer('# nothing\n---\n', [['/a', 1]])).toMatchObject({ code: 'missing' });
  });

  it('refuses a path into a value that it adds itself', () => {
    const additions = [['/a/0', {}] as const, ['/a/0/x', 1] as const];
    expect(answer('a: [1]', additions)).toMatchObject({ code: 'missing' });
  });
});
