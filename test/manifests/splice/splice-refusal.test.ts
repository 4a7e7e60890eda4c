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

describe('splice, refusing', () => {
  it.each([
    ['/one/env/0', { obstacle: 'alias', line: 5, anchor: 'env' }],
    ['/base/env/0', { obstacle: 'anchor', anchor: 'base' }],
    ['/two/env/0', { obstacle: 'merge_key', line: 7 }],
    ['/one/env', { obstacle: 'alias', line: 5, anchor: 'env' }],
  ] as const)('says what %s shares with other places', (path, expected) => {
    expect(answer(SHARED, [[path, 'x']])).toMatchObject({
      ok: false,
      expandable: true,
      ...expected,
    });
  });

  it('lets a document with anchors be where they are not touched', () => {
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

  it('can add to all places once aliases are expanded', () => {
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
  ])('does not add %j: %s', (path, obstacle) => {
    const text = dedent`
      a: {1: [x]}
      l: [1]
      s: text
      n: null
      f: [k: v]
      ? set
      `;
    expect(answer(text, [[path, 'x']])).toMatchObject({ ok: false, expandable: false, obstacle });
  });

  it.each([
    ['a: [', 'unclosed'],
    ['a: 1\na: 2\n', 'the same key twice'],
    ['a: 1\n---\nb: 2\n', 'two documents'],
    ['a:\n\tb: 1\n', 'tabs as indentation'],
    ['a: *none\n', 'an alias of nothing'],
    ['<<: 1\n', 'a merge of no map'],
  ])('does not read %j: %s', (text) => {
    expect(answer(text, [['/x', 1]])).toMatchObject({ ok: false, obstacle: 'unreadable' });
  });

  it('has no place for anything in an empty document', () => {
    expect(answer('', [['/a', 1]])).toMatchObject({ obstacle: 'missing' });
    expect(answer('# nothing\n---\n', [['/a', 1]])).toMatchObject({ obstacle: 'missing' });
  });

  it('does not walk through what it adds itself', () => {
    const additions = [['/a/0', {}] as const, ['/a/0/x', 1] as const];
    expect(answer('a: [1]', additions)).toMatchObject({ obstacle: 'missing' });
  });
});
