import { isObject } from '../../core/api/json.ts';
import type { Clock } from '../clock.ts';
import type { Connection } from '../connection.ts';
import { lineReader } from '../json-lines.ts';
import { ACCEPT_ONE, NAMESPACES_PATH, open, parse, refusal } from '../request.ts';
import { Trouble } from '../trouble.ts';
import { type Heard, watched } from '../watchdog.ts';
import { type Keep, type NamespaceMetadata, namespaceOf } from './metadata.ts';

/** As client-go does it: 5 minutes, more or less, so that watches of replicas end one by one. */
const SHORTEST_SECONDS = 240;
const SPREAD_SECONDS = 120;

/** The API server sends the headers of a watch at once, but requests may have to queue. */
const OPEN_LIMIT_MS = 10_000;

/**
 * A bookmark comes every minute where nothing else does, and is at most some 2 s late
 * (defaultBookmarkFrequency and dispatchEvents in apiserver/pkg/storage/cacher/cacher.go).
 */
export const SILENCE_LIMIT_MS = 75_000;

/** An object takes 1.5 MiB at most in etcd; as JSON with its escapes not more than some times that. */
const LINE_LIMIT_BYTES = 16 * 1024 * 1024;

/** What a watch tells, besides the resource version to go on from. */
export type NamespaceEvent =
  | { readonly type: 'set' | 'delete'; readonly namespace: NamespaceMetadata }
  | { readonly type: 'none' };

export interface WatchOptions {
  readonly keep: Keep;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  onOpen(): void;
  onEvent(event: NamespaceEvent, resourceVersion: string): void;
}

/**
 * Resolves when the API server has ended the watch, as it was asked to.
 *
 * @throws Trouble, or what the network throws.
 */
export function watchNamespaces(
  connection: Connection,
  resourceVersion: string,
  options: WatchOptions,
): Promise<void> {
  const path = watchPath(resourceVersion, options.clock.random());
  return watched(options.clock, options.signal, OPEN_LIMIT_MS, async (signal, heard) => {
    const { body } = await open(connection, path, { accept: ACCEPT_ONE, signal });
    heard(SILENCE_LIMIT_MS);
    options.onOpen();
    await readEvents(body, heard, options);
  });
}

function watchPath(resourceVersion: string, random: number): string {
  const query = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion,
    timeoutSeconds: String(SHORTEST_SECONDS + Math.floor(SPREAD_SECONDS * random)),
  });
  return `${NAMESPACES_PATH}?${query}`;
}

/** Only whole events are signs of life: a line that drips for ever is none. */
async function readEvents(
  body: AsyncIterable<Buffer>,
  heard: Heard,
  { keep, onEvent }: WatchOptions,
): Promise<void> {
  const linesOf = lineReader(LINE_LIMIT_BYTES);
  for await (const chunk of body) {
    for (const line of linesOf(chunk)) {
      const { event, resourceVersion } = readEvent(line, keep);
      heard();
      onEvent(event, resourceVersion);
    }
  }
}

function readEvent(
  line: string,
  keep: Keep,
): { readonly event: NamespaceEvent; readonly resourceVersion: string } {
  const { type, object } = parse(line) ?? {};
  if (type === 'ERROR') throw endOf(object);
  if (type === 'BOOKMARK') {
    // Its metadata has nothing but the resource version.
    const metadata = isObject(object) ? object['metadata'] : undefined;
    const version = isObject(metadata) ? metadata['resourceVersion'] : undefined;
    if (typeof version !== 'string') throw garbage();
    return { event: { type: 'none' }, resourceVersion: version };
  }
  const namespace = namespaceOf(object, keep);
  if (namespace === undefined) throw garbage();
  const { resourceVersion } = namespace;
  if (type === 'DELETED') return { event: { type: 'delete', namespace }, resourceVersion };
  if (type === 'ADDED' || type === 'MODIFIED') {
    return { event: { type: 'set', namespace }, resourceVersion };
  }
  throw garbage();
}

/** After an ERROR, client-go lists anew whatever its code is. */
function endOf(status: unknown): Trouble {
  const object = isObject(status) ? status : undefined;
  const code = typeof object?.['code'] === 'number' ? object['code'] : 500;
  const { message, retryAfterMs } = refusal(code, object);
  return new Trouble(message, { status: code, relist: true, retryAfterMs });
}

/** The same event would come again from the same resource version; a list gets past it. */
function garbage(): Trouble {
  return new Trouble('the watch sent what is no event of a namespace', { relist: true });
}
