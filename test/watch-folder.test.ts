import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchFolder } from '../src/watch-folder.ts';
import { makeFolder } from './support/certificates.ts';

const TEN_SECONDS_MS = 10_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('polls a folder that the system cannot watch', () => {
  let calls = 0;
  const stop = watchFolder(join(makeFolder(), 'missing'), () => {
    calls += 1;
  });
  vi.advanceTimersByTime(3 * TEN_SECONDS_MS);
  stop();
  vi.advanceTimersByTime(3 * TEN_SECONDS_MS);

  expect(calls).toBe(3);
});
