import { describe, expect, it } from 'vitest';
import { addedLines } from '../../src/playground/added-lines.ts';

const marked = (before: string, after: string): string[] =>
  addedLines(before, after).map(({ text, isAdded }) => `${isAdded ? '+' : ' '}${text}`);

describe('addedLines()', () => {
  it.each([
    ['a\nb\n', 'a\nb\n', [' a', ' b']],
    ['a\nb\n', 'a\nx\nb\ny\n', [' a', '+x', ' b', '+y']],
    ['a: {b: 1}\nc\n', 'a: {b: 1, d: 2}\nc\n', ['+a: {b: 1, d: 2}', ' c']],
    ['', 'a\n', ['+a']],
  ])('of %j and %j', (before, after, lines) => {
    expect(marked(before, after)).toEqual(lines);
  });
});
