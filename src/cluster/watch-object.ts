import type { Logger } from 'pino';
import { backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import { SILENCE_LIMIT_MS } from './namespaces/watch.ts';
import { open } from './request.ts';
import { troubleOf } from './trouble.ts';
import { watched } from './watchdog.ts';

/** The API server sends the headers of a watch at once, but requests may have to queue. */
const OPEN_LIMIT_MS = 10_000;

/** A watch that ends sooner has failed, however politely: it must not be asked for in a loop. */
const GOOD_WATCH_MS = 10_000;

export interface WatchObjectOptions {
  /** Its collection and its name: one may be allowed to watch that object alone. */
  readonly path: string;
  readonly name: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Pick<Logger, 'warn' | 'debug'>;
  readonly onChange: () => void;
}

/**
 * Calls back when the object may have changed, until the signal aborts. Events are not read, as
 * whoever is called back reads the object itself. Without a resourceVersion each watch begins with
 * the object as it is (https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-watch),
 * so that nothing is missed between two of them. It never rejects.
 */
export async function watchObject(
  connection: Connection,
  options: WatchObjectOptions,
): Promise<void> {
  const { clock, signal, log, path, name } = options;
  let failures = 0;
  while (!signal.aborted) {
    const beganMs = clock.now();
    const error = await watchOnce(connection, options).then(
      () => undefined,
      (caught: unknown) => troubleOf(caught),
    );
    if (signal.aborted) return;
    failures = clock.now() - beganMs >= GOOD_WATCH_MS ? 0 : failures + 1;
    if (error !== undefined) {
      // Where the API server cannot be reached, reading the object tells so.
      const isRefused = error.status !== undefined && failures === 1;
      log[isRefused ? 'warn' : 'debug'](
        { path, name, error: error.message },
        'the watch has ended',
      );
    }
    await clock.sleep(Math.max(backoffMs(1, 1), backoffMs(failures, clock.random())), signal);
  }
}

function watchOnce(connection: Connection, options: WatchObjectOptions): Promise<void> {
  const { clock, signal, path, name, onChange } = options;
  const query = new URLSearchParams({
    watch: 'true',
    fieldSelector: `metadata.name=${name}`,
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(240 + Math.floor(120 * clock.random())),
  });
  return watched(clock, signal, OPEN_LIMIT_MS, async (inner, heard) => {
    const accept = 'application/json';
    const { body } = await open(connection, `${path}?${query}`, { accept, signal: inner });
    heard(SILENCE_LIMIT_MS);
    for await (const _chunk of body) {
      heard();
      onChange();
    }
  });
}
