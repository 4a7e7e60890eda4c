import type { Logger } from 'pino';
import { parseServerVersion, type ServerVersion } from '../core/decision/rules.ts';
import { backoffMs } from './backoff.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import type { Connection } from './connection.ts';
import { getObject } from './request.ts';
import { Trouble, troubleOf } from './trouble.ts';
import { watched } from './watchdog.ts';

/** The version of the API server, asked in the background: nothing ever waits for it. */
export interface ServerVersionSource {
  /** undefined until the first answer. */
  get(): ServerVersion | undefined;
  start(): void;
  stop(): void;
}

export interface ServerVersionOptions {
  readonly log: Pick<Logger, 'info' | 'warn' | 'debug'>;
  readonly clock?: Clock;
}

/** Everyone may ask for it (ClusterRole system:public-info-viewer). */
const VERSION_PATH = '/version';
const LIMIT_MS = 5_000;

/** An upgrade of the API server is noticed within this, long before its kubectl is too old (±1 minor). */
const AGAIN_MS = 10 * 60 * 1000;

/** Asks at once, after a failure again and again, and every ten minutes for ever. */
export function askServerVersion(
  connection: Connection,
  { log, clock = SYSTEM_CLOCK }: ServerVersionOptions,
): ServerVersionSource {
  let version: ServerVersion | undefined;
  let failures = 0;
  let stopping: AbortController | undefined;

  const ask = async (signal: AbortSignal): Promise<number> => {
    try {
      const answered = await readVersion(connection, clock, signal);
      if (answered.release !== version?.release) {
        log.info({ version: answered.release }, 'the API server told its version');
      }
      version = answered;
      failures = 0;
      return AGAIN_MS;
    } catch (error) {
      if (signal.aborted) return 0;
      const { message, retryAfterMs } = troubleOf(error);
      const tell = failures === 0 ? log.warn.bind(log) : log.debug.bind(log);
      tell({ error: message }, 'the version of the API server is not known; asking again');
      failures += 1;
      return backoffMs(failures, clock.random(), retryAfterMs);
    }
  };
  const run = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) await clock.sleep(await ask(signal), signal);
  };
  return {
    get: () => version,
    start() {
      if (stopping !== undefined) return;
      stopping = new AbortController();
      void run(stopping.signal);
    },
    stop: () => stopping?.abort(new Error('podherald is stopping')),
  };
}

async function readVersion(
  connection: Connection,
  clock: Clock,
  outer: AbortSignal,
): Promise<ServerVersion> {
  const { gitVersion } = await watched(clock, outer, LIMIT_MS, (signal) =>
    getObject(connection, VERSION_PATH, { accept: 'application/json', signal }),
  );
  const version = typeof gitVersion === 'string' ? parseServerVersion(gitVersion) : undefined;
  if (version !== undefined) return version;
  throw new Trouble(`the API server answered what is no version: ${JSON.stringify(gitVersion)}`);
}
