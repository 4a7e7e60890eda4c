import type { Clock } from '../clock.ts';
import { ApiError } from './api-error.ts';

/** Tells the watchdog that the API server is alive, and sets another limit from now on if one is given. */
export type Alive = (limitMs?: number) => void;

/**
 * Runs a request, and aborts its signal as soon as the API server has been silent for longer than
 * the limit. A timer is set once for each limit, not for each sign of life.
 *
 * @param outer aborts the request as well.
 * @throws ApiError if the API server was silent; otherwise whatever `run` throws.
 */
export async function watched<T>(
  clock: Clock,
  outer: AbortSignal,
  limitMs: number,
  run: (signal: AbortSignal, alive: Alive) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const stop = (): void => ended.abort(outer.reason);
  let current = { sinceMs: clock.now(), limitMs };
  let cancel = (): void => {};
  const guard = (): void => {
    const leftMs = current.sinceMs + current.limitMs - clock.now();
    if (leftMs > 0) cancel = clock.after(leftMs, guard);
    else ended.abort(silent(current.limitMs));
  };
  const alive: Alive = (nextMs = current.limitMs) => {
    const isShorter = nextMs < current.limitMs;
    current = { sinceMs: clock.now(), limitMs: nextMs };
    if (!isShorter) return;
    cancel();
    guard();
  };
  guard();
  outer.addEventListener('abort', stop);
  if (outer.aborted) stop();
  try {
    return await run(ended.signal, alive);
  } catch (error) {
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    cancel();
    outer.removeEventListener('abort', stop);
  }
}

/** Changes may have been missed meanwhile. */
function silent(limitMs: number): ApiError {
  return new ApiError(`the API server sent nothing for ${limitMs} ms`, { relist: true });
}
