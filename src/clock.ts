/** Time and chance, passed in wherever code waits or measures, so that no test has to wait. */
export interface Clock {
  /** Milliseconds of a monotonic clock: they only ever grow, and mean nothing by themselves. */
  now(): number;
  /** The wall clock, which may be set back. */
  date(): Date;
  /** Calls back once, `delayMs` later. @returns a function that cancels the call. */
  after(delayMs: number, callback: () => void): () => void;
  /** Resolves `delayMs` later, or as soon as the signal aborts. */
  sleep(delayMs: number, signal: AbortSignal): Promise<void>;
  /** From 0 up to, not including, 1. */
  random(): number;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  sleep(delayMs, signal) {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, delayMs);
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
    });
  },
  random: Math.random,
};

/** How retries slow down: the first delay, doubled with each failure up to the longest one. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * The delay before the next attempt, in milliseconds: 0 without a failure.
 *
 * @param failures failed attempts in a row.
 * @param random from 0 to 1. The second half of the delay is scaled by it, so that replicas do not
 * retry in step; 1 gives the whole delay.
 */
export function backoffMs(
  { firstMs, longestMs }: Backoff,
  failures: number,
  random: number,
): number {
  if (failures === 0) return 0;
  const wholeMs = Math.min(longestMs, firstMs * 2 ** (failures - 1));
  return wholeMs / 2 + (wholeMs / 2) * random;
}
