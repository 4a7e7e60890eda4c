import { describe, expect, it } from 'vitest';
import { unsplice } from '../../../src/manifests/splice/unsplice.ts';
import { dedent, spliced } from './spliced.ts';

function cut(text: string, ...paths: readonly string[]): string {
  const result = unsplice(text, paths);
  return result.ok ? result.text : `refused: ${result.message}`;
}

describe('unsplice, in block YAML', () => {
  const text = dedent`
    a:
    # above one
    - one # beside
    # above two
    - two
    - three
    b: |+
      text

    c: 1
  `;

  it.each([
    ['/a/0', ['- one # beside\n']],
    ['/a/2', ['- three\n']],
    ['/b', ['b: |+\n  text\n\n']],
    ['/c', ['c: 1\n']],
    ['/a', ['a:\n', '- one # beside\n# above two\n- two\n- three\n', '# above one\n']],
  ])('removes the lines of %s and no others', (path, lines) => {
    expect(cut(text, path)).toBe(lines.reduce((rest, line) => rest.replace(line, ''), text));
  });

  it('removes several items at once', () => {
    expect(cut(text, '/a/2', '/a/0', '/c')).toBe(
      'a:\n# above one\n# above two\n- two\nb: |+\n  text\n\n',
    );
  });

  it('moves the next item up to the dash', () => {
    expect(cut('- env:\n  - x\n  name: app\n- - a\n  - b\n', '/0/env', '/1/0')).toBe(
      '- name: app\n- - b\n',
    );
  });

  it('adds no line break to the end of the text', () => {
    expect(cut('a: 1\nb: 2\nc: 3', '/c', '/b')).toBe('a: 1');
    expect(cut('a: 1\r\nb: 2', '/b')).toBe('a: 1');
  });
});

describe('unsplice, in flow YAML and JSON', () => {
  it.each([
    ['{a: 1, b: 2, c: 3}', ['/a'], '{b: 2, c: 3}'],
    ['{a: 1, b: 2, c: 3}', ['/b', '/c'], '{a: 1}'],
    ['{a: 1, b: 2,}', ['/b'], '{a: 1,}'],
    ['[1, 2, 3]', ['/0', '/2'], '[2]'],
    ['[\n  1,\n  # of two\n  2\n]', ['/0'], '[\n  # of two\n  2\n]'],
    ['[\n  1, # of one\n  2\n]', ['/1'], '[\n  1 # of one\n]'],
    ['[\n  1,\n  2,\n]', ['/1'], '[\n  1,\n]'],
    ['[\n  1\n  , 2\n]', ['/1'], '[\n  1\n]'],
  ])('removes from %j the items %j', (text, paths, expected) => {
    expect(cut(text, ...paths)).toBe(expected);
  });
});

describe('unsplice', () => {
  it('undoes a splice', () => {
    const text = '{"spec": {"containers": [{"name": "app"}]}}';
    const more = spliced(text, ['/spec/containers/0/env', [{ name: 'A' }]]);

    expect(cut(more, '/spec/containers/0/env')).toBe(text);
  });

  it.each([
    ['a part of a value that an alias refers to', 'a: &x {b: 1, c: 2}\nd: *x\n', '/a/b', /&x/],
    ['a part of an alias', 'a: &x {b: 1, c: 2}\nd: *x\n', '/d/b', /\*x/],
    ['a value with an anchor that an alias refers to', 'a: {b: &x 1, c: 2}\nd: *x\n', '/a/b', /&x/],
    ['all items of a list', 'a: [1]\n', '/a/0', /cannot be edited/],
    ['a missing field', 'a: {b: 1}\n', '/a/x', /no such field/],
  ])('refuses to remove %s', (_, text, path, sentence) => {
    expect(cut(text, path)).toMatch(sentence);
  });
});
