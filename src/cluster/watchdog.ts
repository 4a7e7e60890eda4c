import type { Clock } from './clock.ts';
import { type Hearing, patienceLeftMs } from './staleness.ts';
import { Trouble } from './trouble.ts';

/** Tells the watchdog that there was a sign of life; a new limit may count from then on. */
export type Heard = (limitMs?: number) => void;

/**
 * Runs what talks to the API server, and aborts its signal as soon as it has been silent for
 * longer than the limit. A timer is set once for each limit, not for each sign of life.
 *
 * @param outer aborts it as well.
 * @throws Trouble where it was silent; else whatever `run` throws.
 */
export async function watched<T>(
  clock: Clock,
  outer: AbortSignal,
  limitMs: number,
  run: (signal: AbortSignal, heard: Heard) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const stop = (): void => ended.abort(outer.reason);
  let hearing: Hearing = { atMs: clock.now(), limitMs };
  let callOff = (): void => {};
  const guard = (): void => {
    const leftMs = patienceLeftMs(hearing, clock.now());
    if (leftMs > 0) callOff = clock.after(leftMs, guard);
    else ended.abort(silent(hearing.limitMs));
  };
  const heard: Heard = (nextMs = hearing.limitMs) => {
    const isSooner = nextMs < hearing.limitMs;
    hearing = { atMs: clock.now(), limitMs: nextMs };
    if (!isSooner) return;
    callOff();
    guard();
  };
  guard();
  outer.addEventListener('abort', stop);
  if (outer.aborted) stop();
  try {
    return await run(ended.signal, heard);
  } catch (error) {
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    callOff();
    outer.removeEventListener('abort', stop);
  }
}

/** Whatever was to come may have been lost. */
function silent(limitMs: number): Trouble {
  return new Trouble(`the API server was silent for ${limitMs} ms`, { relist: true });
}
