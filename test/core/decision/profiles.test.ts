import { describe, expect, it } from 'vitest';
import { references } from '../../../src/core/decision/profiles.ts';

describe('references()', () => {
  it.each([
    ['$(A)-$(B_2)', ['A', 'B_2']],
    ['$$(A) $$$(B)', ['B']],
    ['$A $() $(', []],
  ])('finds the references in %j that kubelet expands', (value, names) => {
    expect(references(value)).toEqual(names);
  });
});
