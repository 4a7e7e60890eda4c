import { describe, expect, it } from 'vitest';
import { splitStream } from '../../src/manifests/stream.ts';

function parts(text: string): string[] {
  return splitStream(text).map(({ start, end }) => text.slice(start, end));
}

describe('splitStream()', () => {
  it.each([
    ['one document', 'a: 1\n', ['a: 1\n']],
    ['two documents', 'a: 1\n---\nb: 2\n', ['a: 1\n', '---\nb: 2\n']],
    ['a marker at the start', '---\na: 1\n---\nb: 2\n', ['---\na: 1\n', '---\nb: 2\n']],
    ['a marker with a comment', 'a: 1\n--- # b\nb: 2\n', ['a: 1\n', '--- # b\nb: 2\n']],
    ['a marker with content', 'a: 1\n--- {b: 2}\n', ['a: 1\n', '--- {b: 2}\n']],
    ['Windows line breaks', 'a: 1\r\n---\r\nb: 2\r\n', ['a: 1\r\n', '---\r\nb: 2\r\n']],
    ['a marker without a line break', 'a: 1\n---', ['a: 1\n', '---']],
    ['dashes that are no marker', 'a: |\n  ---\n----\n---a: 1\n', ['a: |\n  ---\n----\n---a: 1\n']],
    [
      'a marker in a block scalar, which it ends',
      'a: |\n  x\n---\nb: 1\n',
      ['a: |\n  x\n', '---\nb: 1\n'],
    ],
    ['directives', '%YAML 1.2\n# x\n---\na: 1\n', ['%YAML 1.2\n# x\n---\na: 1\n']],
    [
      'directives after a document',
      'a: 1\n...\n%YAML 1.2\n---\nb: 1\n',
      ['a: 1\n...\n%YAML 1.2\n---\nb: 1\n'],
    ],
    ['a byte order mark at the start', '\uFEFFa: 1\n---\nb: 1\n', ['\uFEFFa: 1\n', '---\nb: 1\n']],
    ['a byte order mark before a marker', 'a: 1\n\uFEFF---\nb: 1\n', ['a: 1\n', '---\nb: 1\n']],
    ['a byte order mark after a marker', 'a: 1\n---\n\uFEFFb: 1\n', ['a: 1\n', 'b: 1\n']],
    ['JSON', '{"a": 1}\n', ['{"a": 1}\n']],
    [
      'JSON objects, one a line',
      '{"a":1}\n{"b":{"c":"}{"}}\n',
      ['{"a":1}', '\n{"b":{"c":"}{"}}\n'],
    ],
    ['JSON objects on one line', '{"a":"\\"}"}{"b":1}', ['{"a":"\\"}"}', '{"b":1}']],
    ['JSON objects after a marker', '---\n{"a":1}\n{"b":1}', ['---\n{"a":1}', '\n{"b":1}']],
    ['flow YAML that is no JSON', '{a: 1}\n', ['{a: 1}\n']],
    ['JSON and something else', '{"a":1}\nb: 1\n', ['{"a":1}\nb: 1\n']],
    ['JSON that is not closed', '{"a":1}\n{"b":\n', ['{"a":1}\n{"b":\n']],
    ['an empty text', '', ['']],
  ])('splits %s', (_name, text, expected) => {
    expect(parts(text)).toEqual(expected);
  });

  it('splits a long text in linear time', () => {
    const long = `a: 1\n---\n`.repeat(100_000);
    const json = '{"a":1}\n'.repeat(100_000);
    const start = process.cpuUsage();
    expect(splitStream(long)).toHaveLength(100_001);
    expect(splitStream(json)).toHaveLength(100_000);
    const { user } = process.cpuUsage(start);

    expect(user / 1_000_000).toBeLessThan(2);
  });
});
