import { describe, expect, it } from 'vitest';
import { retryDelayMs } from '../../src/cluster/api-error.ts';

const ALMOST_1 = 0.999999;

describe('the delay before the next attempt', () => {
  it.each([
    [0, 0, 0],
    [1, 50, 100],
    [2, 100, 200],
    [3, 200, 400],
    [4, 400, 800],
    [5, 800, 1600],
    [6, 1500, 3000],
    [7, 1500, 3000],
    [5000, 1500, 3000],
  ])('after %i failures is between %i and %i ms', (failures, least, most) => {
    expect(retryDelayMs(failures, 0)).toBe(least);
    expect(Math.round(retryDelayMs(failures, ALMOST_1))).toBe(most);
  });

  it('is never shorter than `retry-after`', () => {
    expect(retryDelayMs(1, 0, 5000)).toBe(5000);
    expect(retryDelayMs(9, 0, 1000)).toBe(1500);
  });

  it('is at most 30 s, whatever `retry-after` says', () => {
    expect(retryDelayMs(1, 0, 3_600_000)).toBe(30_000);
  });
});
