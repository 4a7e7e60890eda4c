import { setTimeout as delay } from 'node:timers/promises';

/** Often enough to lose little time, seldom enough to leave a shared machine to what is tested. */
const PAUSE_MS = 150;

/** Does something over and over until its result is what one waits for. What fails once, fails. */
export async function until<T>(
  seconds: number,
  doIt: () => Promise<T>,
  isDone: (result: T) => boolean,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const result = await doIt();
    if (isDone(result)) return result;
    if (performance.now() > deadline) {
      throw new Error(`in ${seconds} s not what was waited for, but ${JSON.stringify(result)}`);
    }
    await delay(PAUSE_MS);
  }
}
