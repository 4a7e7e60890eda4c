import { setTimeout as delay } from 'node:timers/promises';

/** Short enough to lose little time, long enough not to slow down the cluster on a small machine. */
const PAUSE_MS = 150;

/**
 * Calls `read` until its result is as expected, and returns that result. Throws if this takes
 * longer than `seconds`, and as soon as `read` itself throws.
 */
export async function until<T>(
  seconds: number,
  read: () => Promise<T>,
  isExpected: (result: T) => boolean,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const result = await read();
    if (isExpected(result)) return result;
    if (performance.now() > deadline) {
      throw new Error(`timed out after ${seconds} s; the last result is ${JSON.stringify(result)}`);
    }
    await delay(PAUSE_MS);
  }
}
