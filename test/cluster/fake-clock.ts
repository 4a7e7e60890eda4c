import type { Clock } from '../../src/clock.ts';

/**
 * A clock that stands still until a test moves it. Sleeping takes no time, but is recorded: a test
 * waits for the next request to the API server instead.
 */
export interface FakeClock extends Clock {
  /** The length of each sleep, in order, without those of 0 ms. */
  readonly slept: number[];
  /** Moves the time, and runs the callbacks that have become due. */
  pass(ms: number): void;
  /** The number of pending callbacks. */
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
      // Gives the network a turn, as any real sleep does.
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
