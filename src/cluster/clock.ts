/** Time and chance as this folder needs them: passed in, so that no test has to wait. */
export interface Clock {
  /** Milliseconds that only ever grow; a wall clock may be set back. */
  now(): number;
  /** Calls back once, that much later. @returns what calls it off. */
  after(delayMs: number, callback: () => void): () => void;
  /** Resolves that much later, or as soon as the signal aborts. */
  sleep(delayMs: number, signal: AbortSignal): Promise<void>;
  /** From 0 up to, not including, 1. */
  random(): number;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
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
