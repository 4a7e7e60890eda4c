import type { Clock } from '../clock.ts';
import { isObject, type JsonObject } from '../core/api/json.ts';
import {
  ApiError,
  apiErrorOf,
  retryDelayMs,
  statusError,
  unexpectedResponse,
} from './api-error.ts';
import { openResponse, parseJson } from './api-request.ts';
import type { Connection } from './connection.ts';
import { type Alive, watched } from './watchdog.ts';

export interface WatchOptions {
  /** The collection, such as `/api/v1/namespaces`. */
  readonly path: string;
  /** For an account that may watch one object only, such as `metadata.name=podherald`. */
  readonly fieldSelector?: string;
  readonly accept: string;
  readonly clock: Clock;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /**
   * The resource version to go on from, asked before each watch. Without it, each watch begins with
   * the objects as they are, so that nothing is missed between two watches
   * (https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-watch).
   */
  readonly resourceVersion?: (signal: AbortSignal) => Promise<string>;
  readonly onOpen?: () => void;
  /** Whatever it throws ends this watch. */
  readonly onEvent: (event: WatchEvent) => void;
  /** @param failures attempts in a row that have failed, this one included. */
  readonly onEnd: (error: ApiError | undefined, failures: number) => void;
}

export interface WatchEvent {
  readonly type: EventType;
  /** Of a BOOKMARK it holds nothing but the resource version. */
  readonly object: JsonObject;
  readonly resourceVersion: string;
}

const EVENT_TYPES = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'] as const;
type EventType = (typeof EVENT_TYPES)[number];

/** As in client-go: 5 minutes, more or less, so that the watches of replicas end at different times. */
const SHORTEST_SECONDS = 240;
const SPREAD_SECONDS = 120;

/** The API server sends the headers of a watch at once, but requests may have to queue. */
const OPEN_LIMIT_MS = 10_000;

/** A watch that ends sooner has failed, even without an error: the next one is opened with a delay. */
const GOOD_WATCH_MS = 10_000;

/**
 * A bookmark comes every minute if nothing else does, and is at most some 2 s late
 * (defaultBookmarkFrequency and dispatchEvents in apiserver/pkg/storage/cacher/cacher.go).
 */
const SILENCE_LIMIT_MS = 75_000;

/** An object has at most 1.5 MiB in etcd, and as JSON with its escapes a few times as much. */
const LINE_LIMIT_BYTES = 16 * 1024 * 1024;

/** Watches until the signal aborts: opens a watch again whenever one ends. It never rejects. */
export async function watchForever(connection: Connection, options: WatchOptions): Promise<void> {
  const { clock, signal, onEnd } = options;
  let failures = 0;
  while (!signal.aborted) {
    const { error, isGood } = await watchOnce(connection, options);
    if (signal.aborted) return;
    if (isGood) failures = error === undefined ? 0 : 1;
    else failures += 1;
    onEnd(error, failures);
    await clock.sleep(retryDelayMs(failures, clock.random(), error?.retryAfterMs), signal);
  }
}

interface EndedWatch {
  /** Absent if the API server has ended the watch at its timeout. */
  readonly error?: ApiError;
  /** Whether it was open for long enough. */
  readonly isGood: boolean;
}

async function watchOnce(connection: Connection, options: WatchOptions): Promise<EndedWatch> {
  const { clock, signal, accept, onOpen } = options;
  let openedAtMs = Number.POSITIVE_INFINITY;
  const isGood = (): boolean => clock.now() - openedAtMs >= GOOD_WATCH_MS;
  try {
    const path = watchPath(options, await options.resourceVersion?.(signal));
    await watched(clock, signal, OPEN_LIMIT_MS, async (inner, alive) => {
      const { body } = await openResponse(connection, path, accept, inner);
      alive(SILENCE_LIMIT_MS);
      openedAtMs = clock.now();
      onOpen?.();
      await readEvents(body, alive, options);
    });
    return { isGood: isGood() };
  } catch (error) {
    return { error: apiErrorOf(error, connection.server), isGood: isGood() };
  }
}

function watchPath(
  { path, fieldSelector, clock }: WatchOptions,
  resourceVersion: string | undefined,
): string {
  const query = new URLSearchParams({
    watch: 'true',
    ...(fieldSelector !== undefined && { fieldSelector }),
    allowWatchBookmarks: 'true',
    ...(resourceVersion !== undefined && { resourceVersion }),
    timeoutSeconds: String(SHORTEST_SECONDS + Math.floor(SPREAD_SECONDS * clock.random())),
  });
  return `${path}?${query}`;
}

/** Only complete events are signs of life, so an endless line does not keep a watch open. */
async function readEvents(
  body: AsyncIterable<Buffer>,
  alive: Alive,
  { path, onEvent }: WatchOptions,
): Promise<void> {
  const linesOf = lineReader(LINE_LIMIT_BYTES);
  for await (const chunk of body) {
    for (const line of linesOf(chunk)) {
      const event = readEvent(line, path);
      alive();
      onEvent(event);
    }
  }
}

function readEvent(line: string, path: string): WatchEvent {
  const { type, object } = parseJson(line) ?? {};
  if (type === 'ERROR') throw errorEvent(object, path);
  const metadata = isObject(object) ? object['metadata'] : undefined;
  const resourceVersion = isObject(metadata) ? metadata['resourceVersion'] : undefined;
  const known = EVENT_TYPES.find((each) => each === type);
  if (known === undefined || !isObject(object) || typeof resourceVersion !== 'string') {
    throw unexpectedEvent();
  }
  return { type: known, object, resourceVersion };
}

/** After an ERROR event client-go lists again, whatever the code is. */
function errorEvent(object: unknown, path: string): ApiError {
  const body = isObject(object) ? object : undefined;
  const status = typeof body?.['code'] === 'number' ? body['code'] : 500;
  const { summary, message } = statusError(status, { request: `the watch of ${path}`, body });
  return new ApiError(summary, { detail: message.slice(summary.length), status, relist: true });
}

/** The same event would come again from the same resource version, so only a new list helps. */
export function unexpectedEvent(): ApiError {
  return unexpectedResponse('not a watch event', { relist: true });
}

const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes into lines, wherever its chunks begin and end. Bytes become text only once
 * a line is complete, so that no character is cut in two.
 *
 * @param limitBytes the longest line.
 * @returns a function that takes the next chunk, and returns the lines that it completes, without
 * empty lines.
 * @throws ApiError if a line does not end within the limit. It asks for a new list, which skips that line.
 */
export function lineReader(limitBytes: number): (chunk: Buffer) => string[] {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  return (chunk) => {
    const lines: string[] = [];
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      const line = Buffer.concat([...begun, chunk.subarray(from, to)]).toString('utf8');
      if (line !== '') lines.push(line);
      begun = [];
      begunBytes = 0;
      from = to + 1;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
    begunBytes += chunk.length - from;
    if (begunBytes > limitBytes) {
      throw unexpectedResponse(`a line of more than ${limitBytes} bytes`, { relist: true });
    }
    return lines;
  };
}
