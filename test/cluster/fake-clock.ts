import type { Clock } from '../../src/clock.ts';

/**
 * A clock that stands still until a test moves it. Sleeping takes no time at all, but is written
 * down: what a test waits for is the API server's next request.
 */
export interface FakeClock extends Clock {
  /** How long was slept, in order; going on at once is not sleeping. */
  readonly slept: number[];
  /** Moves the time, and calls back whatever has come due. */
  pass(ms: number): void;
  /** How many limits are running. */
  readonly limits: number;
}

export function fakeClock(random = 0): FakeClock {
  let nowMs = 0;
  const slept: number[] = [];
  const due = new Map<() => void, number>();
  return {
    slept,
    now: () => nowMs,
    date: () => new Date(nowMs),
    random: () => random,
    after(delayMs, callback) {
      const call = (): void => callback();
      due.set(call, nowMs + delayMs);
      return () => void due.delete(call);
    },
    async sleep(delayMs) {
      if (delayMs > 0) slept.push(delayMs);
      // Lets the network have its turn, as any real sleep would.
      await new Promise((resolve) => setImmediate(resolve));
    },
    pass(ms) {
      nowMs += ms;
      for (const [call, atMs] of [...due]) {
        if (atMs > nowMs) continue;
        due.delete(call);
        call();
      }
    },
    get limits() {
      return due.size;
    },
  };
}
