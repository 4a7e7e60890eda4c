import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { celLiteral, celString } from '../../../src/render/policy/cel-literal.ts';

describe('celString', () => {
  it.each([
    ['plain text', "'plain text'"],
    ['', "''"],
    ["it's", "'it\\'s'"],
    ['"double"', `'"double"'`],
    ['back\\slash', "'back\\\\slash'"],
    ['a\nb\r\tc', "'a\\nb\\r\\tc'"],
    ['\u0000\u007f\u0085', "'\\u0000\\u007f\\u0085'"],
    ['ünï', "'\\u00fcn\\u00ef'"],
    ['\u2028\ufeff', "'\\u2028\\ufeff'"],
    ['🐙', "'\\U0001f419'"],
    ['\ud800', "'\\ufffd'"],
  ])('writes %j', (text, written) => {
    expect(celString(text)).toBe(written);
  });

  it('writes any text in printable ASCII that CEL reads as the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const written = celString(text);
        expect(written).toMatch(/^'[\x20-\x7e]*'$/);
        expect(readCelString(written)).toBe(text.toWellFormed());
      }),
    );
  });
});

describe('celLiteral', () => {
  it('wraps each value in dyn() unless all values are strings', () => {
    expect(celLiteral(['a', 'b'])).toBe("['a', 'b']");
    expect(celLiteral({ a: 'b' })).toBe("{'a': 'b'}");
    expect(celLiteral([1, -2.5, true, null])).toBe('[dyn(1), dyn(-2.5), dyn(true), dyn(null)]');
    expect(celLiteral({ name: 'A', valueFrom: { fieldRef: { fieldPath: 'x' } } })).toBe(
      "{'name': dyn('A'), 'valueFrom': dyn({'fieldRef': dyn({'fieldPath': 'x'})})}",
    );
  });

  it('writes empty lists and maps, and omits undefined values', () => {
    expect([celLiteral([]), celLiteral({}), celLiteral({ a: [], b: undefined })]).toEqual([
      '[]',
      '{}',
      "{'a': dyn([])}",
    ]);
  });

  it('splits a value that is too long for its line, one member a line', () => {
    const long = 'x'.repeat(60);
    expect(celLiteral({ a: [long, long], b: 1 }, {}, 4)).toBe(`{
      'a': dyn([
        '${long}',
        '${long}'
      ]),
      'b': dyn(1)
    }`);
  });

  it('replaces placeholders with expressions, also inside of strings', () => {
    const marks = { '<at>': 'x.at' };
    expect(celLiteral(['<at>', ':<at>', '<no>', "it's <at>!"], marks)).toBe(
      "[dyn(x.at), dyn(':' + string(x.at)), dyn('<no>'), dyn('it\\'s ' + string(x.at) + '!')]",
    );
  });

  it('keeps a placeholder for which there is no expression', () => {
    expect(celLiteral({ value: '<port>' })).toBe("{'value': '<port>'}");
  });
});

/** Reads those escapes of https://github.com/google/cel-spec/blob/master/doc/langdef.md that celString writes. */
function readCelString(written: string): string {
  return written
    .slice(1, -1)
    .replaceAll(/\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/g, (_, short, long, one) => {
      if (one === undefined) return String.fromCodePoint(Number.parseInt(short ?? long, 16));
      return { n: '\n', r: '\r', t: '\t' }[one as string] ?? one;
    });
}
