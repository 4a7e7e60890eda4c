import { describe, expect, it } from 'vitest';
import { dedent, spliced } from './spliced.ts';

describe('splice, into flow YAML', () => {
  it('inserts before, between and after items on one line, with the spacing of that line', () => {
    const text = 'a: [x, "y"]   # note\nb: { k: [ 1 ] }\nc: {k: v, }\n';
    const result = spliced(
      text,
      ['/a/0', 'true'],
      ['/a/2', 'm'],
      ['/a/-', 'a, b'],
      ['/b/k/-', 2],
      ['/b/l', { m: ['n1'] }],
      ['/c/l', 'http://x'],
    );
    expect(result).toBe(
      'a: ["true", x, m, "y", "a, b"]   # note\n' +
        'b: { k: [ 1, 2 ], l: { m: [ n1 ] } }\n' +
        'c: {k: v, l: "http://x", }\n',
    );
  });

  it('puts items on lines of their own if the other items are', () => {
    const text = dedent`
      env: [
        # the first
        {name: A}, # a
        {name: B}  # b
        # end
      ]
      `;
    expect(spliced(text, ['/env/0', { name: 'X' }], ['/env/3', { name: 'Y' }])).toBe(dedent`
      env: [
        {name: X},
        # the first
        {name: A}, # a
        {name: B},  # b
        {name: "Y"}
        # end
      ]
      `);
  });

  it('keeps a trailing comma', () => {
    expect(spliced('a: [\n  1,\n  2, # two\n]\n', ['/a/-', 3])).toBe(
      'a: [\n  1,\n  2, # two\n  3,\n]\n',
    );
  });

  it('replaces values that are null, missing or empty', () => {
    const text = 'a: {b: null, c: , d, e: [], f: {}}\n';
    const result = spliced(
      text,
      ['/a/b', 1],
      ['/a/c', [2]],
      ['/a/d', 3],
      ['/a/e/0', 4],
      ['/a/f/g', 5],
    );
    expect(result).toBe('a: {b: 1, c: [2] , d: 3, e: [4], f: {g: 5}}\n');
  });

  it('keeps comments inside empty brackets', () => {
    expect(spliced('a: [ # none yet\n  ]\n', ['/a/0', 1])).toBe('a: [ # none yet\n    1\n  ]\n');
  });

  it('puts strings in double quotes if all strings are', () => {
    expect(spliced('args: ["a", "b"]\n', ['/args/-', 'c'])).toBe('args: ["a", "b", "c"]\n');
  });
});

describe('splice, into JSON', () => {
  const DOCUMENT = { spec: { containers: [{ name: 'a', env: [{ name: 'A' }] }], volumes: [] } };

  it.each([[0], [2], [4], ['\t']])('indents like JSON.stringify with %j', (space) => {
    const result = spliced(
      JSON.stringify(DOCUMENT, null, space),
      ['/spec/containers/0/env/0', { name: 'X', value: '15' }],
      ['/spec/containers/0/args', ['x', {}]],
      ['/spec/volumes/0', { name: 'v' }],
      ['/spec/x', null],
    );
    const expected = {
      spec: {
        containers: [
          { name: 'a', env: [{ name: 'X', value: '15' }, { name: 'A' }], args: ['x', {}] },
        ],
        volumes: [{ name: 'v' }],
        x: null,
      },
    };
    expect(result).toBe(JSON.stringify(expected, null, space));
  });

  it('puts spaces where the text does', () => {
    expect(spliced('{"a": [1, 2], "b": null}', ['/a/-', { x: [1, 2] }], ['/b', 'x'])).toBe(
      '{"a": [1, 2, {"x": [1, 2]}], "b": "x"}',
    );
  });

  it('writes an item on one line if the other items are', () => {
    const text = '{\n  "env": [\n    { "name": "A" }\n  ]\n}\n';
    expect(spliced(text, ['/env/-', { name: 'B' }])).toBe(
      '{\n  "env": [\n    { "name": "A" },\n    { "name": "B" }\n  ]\n}\n',
    );
  });

  it('adds to an empty object', () => {
    expect(spliced('{}', ['/a', 'x'])).toBe('{"a": "x"}');
  });

  it('keeps CRLF line breaks', () => {
    expect(spliced('{\r\n  "a": [\r\n    1\r\n  ]\r\n}\r\n', ['/a/-', [2]])).toBe(
      '{\r\n  "a": [\r\n    1,\r\n    [\r\n      2\r\n    ]\r\n  ]\r\n}\r\n',
    );
  });
});
