import { describe, expect, it } from 'vitest';
import { nearest } from '../../../src/core/decision/values.ts';

describe('nearest()', () => {
  it.each([
    ['inject-metdata', 'inject-metadata'],
    ['INJECT-AMBASADOR', 'inject-ambassador'],
  ])('finds for %s the similar word %s, in any case', (word, expected) => {
    expect(nearest(word, ['inject-metadata', 'inject-ambassador', 'status'])).toBe(expected);
  });

  it('finds a short word with two swapped letters', () => {
    expect(nearest('wbe', ['web', 'x'])).toBe('web');
  });

  it('finds nothing if no word is similar', () => {
    const keys = ['inject-metadata', 'inject-ambassador', 'status'];
    expect(nearest('something-else', keys)).toBeUndefined();
    expect(nearest('POD', ['D'])).toBeUndefined();
  });
});
