import { describe, expect, it } from 'vitest';
import { jsonBytes } from '../../../src/core/api/sizes.ts';

describe('jsonBytes', () => {
  it('counts the bytes of UTF-8', () => {
    expect(jsonBytes({ a: undefined, b: 'é' })).toBe(10);
  });

  it('is infinite for a value that is too deep to be written', () => {
    const deep = JSON.parse(`{"0":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);

    expect(jsonBytes(deep)).toBe(Number.POSITIVE_INFINITY);
  });
});
