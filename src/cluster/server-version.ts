import type { Logger } from 'pino';
import { type Clock, SYSTEM_CLOCK } from '../clock.ts';
import { parseServerVersion, type ServerVersion } from '../core/decision/rules.ts';
import { apiClient } from './api-client.ts';
import { apiErrorOf, retryDelayMs, unexpectedResponse } from './api-error.ts';
import type { Connection } from './connection.ts';

/** The version of the API server, read in the background: nothing ever waits for it. */
export interface ServerVersionSource {
  /** undefined until it was read for the first time. */
  get(): ServerVersion | undefined;
  start(): void;
  stop(): void;
}

export interface ServerVersionOptions {
  readonly log: Pick<Logger, 'info' | 'warn' | 'debug'>;
  readonly clock?: Clock;
}

/** Everyone may read it (ClusterRole system:public-info-viewer). */
const VERSION_PATH = '/version';
const LIMIT_MS = 5_000;

/** An upgrade of the API server is noticed within this, long before its kubectl is too old (±1 minor). */
const REFRESH_MS = 10 * 60 * 1000;

/** Reads the version at once, retries until it succeeds, and then reads it every ten minutes. */
export function watchServerVersion(
  connection: Connection,
  { log, clock = SYSTEM_CLOCK }: ServerVersionOptions,
): ServerVersionSource {
  let version: ServerVersion | undefined;
  let failures = 0;
  let stopping: AbortController | undefined;

  const refresh = async (signal: AbortSignal): Promise<number> => {
    try {
      const current = await readVersion(connection, clock, signal);
      if (current.release !== version?.release) {
        log.info({ version: current.release }, 'read the version of the API server');
      }
      version = current;
      failures = 0;
      return REFRESH_MS;
    } catch (error) {
      if (signal.aborted) return 0;
      const { message, retryAfterMs } = apiErrorOf(error, connection.server);
      const level = failures === 0 ? 'warn' : 'debug';
      log[level]({ error: message }, 'could not read the version of the API server; retrying');
      failures += 1;
      return retryDelayMs(failures, clock.random(), retryAfterMs);
    }
  };
  const run = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) await clock.sleep(await refresh(signal), signal);
  };
  return {
    get: () => version,
    start() {
      if (stopping !== undefined) return;
      stopping = new AbortController();
      void run(stopping.signal);
    },
    stop: () => stopping?.abort(new Error('shutting down')),
  };
}

async function readVersion(
  connection: Connection,
  clock: Clock,
  signal: AbortSignal,
): Promise<ServerVersion> {
  const client = apiClient(connection, { clock, signal, limitMs: LIMIT_MS });
  const { gitVersion } = (await client.read(VERSION_PATH)) ?? {};
  const version = typeof gitVersion === 'string' ? parseServerVersion(gitVersion) : undefined;
  if (version !== undefined) return version;
  throw unexpectedResponse(`gitVersion is ${JSON.stringify(gitVersion)}, not a version`);
}
