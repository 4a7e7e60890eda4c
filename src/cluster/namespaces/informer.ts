import type { Logger } from 'pino';
import { backoffMs } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import type { Connection } from '../connection.ts';
import { type Trouble, troubleOf } from '../trouble.ts';
import type { NamespaceCache } from './cache.ts';
import { listNamespaces } from './list.ts';
import type { Keep } from './metadata.ts';
import { type NamespaceEvent, watchNamespaces } from './watch.ts';

/** A watch that ends sooner has failed, however politely: it must not be asked for in a loop. */
const GOOD_WATCH_MS = 10_000;

/**
 * For what nobody has thought of, and one thing that is known: after a restore of etcd its resource
 * versions are behind ours, and a watch from ours tells nothing. 10,000 namespaces are 20 pages.
 */
const RELIST_MS = 30 * 60 * 1000;

export interface InformerOptions {
  readonly keep: Keep;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn' | 'debug'>;
}

/** Where the watch goes on. Without it a list comes first. */
interface Place {
  resourceVersion: string;
  readonly listedAtMs: number;
}

/** Keeps a cache equal to the API server's namespaces, by a list and then a watch, for ever. */
export class Informer {
  /** Why it is behind the API server; undefined while the watch tells it of every change. */
  behind: string | undefined = 'the namespaces have not been listed yet';
  isListed = false;

  readonly #connection: Connection;
  readonly #cache: NamespaceCache;
  readonly #options: InformerOptions;
  #place: Place | undefined;
  #failures = 0;
  #openedAtMs: number | undefined;

  constructor(connection: Connection, cache: NamespaceCache, options: InformerOptions) {
    this.#connection = connection;
    this.#cache = cache;
    this.#options = options;
  }

  /** Until the signal aborts. It never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      const trouble = await this.#round(signal);
      if (signal.aborted) return;
      if (trouble !== undefined) this.#tell(trouble);
      this.#failures = this.#failuresAfter(trouble);
      const pauseMs = backoffMs(this.#failures, clock.random(), trouble?.retryAfterMs);
      await clock.sleep(pauseMs, signal);
    }
  }

  async #round(signal: AbortSignal): Promise<Trouble | undefined> {
    this.#openedAtMs = undefined;
    try {
      this.#place ??= await this.#list(signal);
      await this.#watch(this.#place, signal);
      if (this.#options.clock.now() - this.#place.listedAtMs > RELIST_MS) this.#place = undefined;
      return undefined;
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble.relist) this.#place = undefined;
      return trouble;
    }
  }

  async #list(signal: AbortSignal): Promise<Place> {
    const { keep, clock, log } = this.#options;
    const listedAtMs = clock.now();
    const { namespaces, resourceVersion } = await listNamespaces(this.#connection, {
      keep,
      clock,
      signal,
    });
    this.#cache.replace(namespaces);
    this.isListed = true;
    const durationMs = Math.round(clock.now() - listedAtMs);
    log.debug({ namespaces: namespaces.size, durationMs }, 'namespaces listed');
    return { resourceVersion, listedAtMs };
  }

  #watch(place: Place, signal: AbortSignal): Promise<void> {
    const { keep, clock, log } = this.#options;
    return watchNamespaces(this.#connection, place.resourceVersion, {
      keep,
      clock,
      signal,
      onOpen: () => {
        this.#openedAtMs = clock.now();
        if (this.behind === undefined) return;
        this.behind = undefined;
        log.info({ namespaces: this.#cache.size }, 'namespaces are up to date');
      },
      onEvent: (event, resourceVersion) => {
        place.resourceVersion = resourceVersion;
        this.#apply(event);
      },
    });
  }

  #apply(event: NamespaceEvent): void {
    if (event.type === 'none') return;
    const { name, known } = event.namespace;
    if (event.type === 'delete') this.#cache.delete(name);
    else this.#cache.set(name, known);
  }

  #failuresAfter(trouble: Trouble | undefined): number {
    const isGood =
      this.#openedAtMs !== undefined &&
      this.#options.clock.now() - this.#openedAtMs >= GOOD_WATCH_MS;
    if (!isGood) return this.#failures + 1;
    return trouble === undefined ? 0 : 1;
  }

  /** An outage is told once, not at every attempt; that it is over is told when the watch is open. */
  #tell({ message, status }: Trouble): void {
    const { log } = this.#options;
    const line = { error: message, ...(status !== undefined && { statusCode: status }) };
    if (this.behind === message) log.debug(line, 'namespaces are still not up to date');
    else log.warn(line, 'namespaces are not up to date');
    this.behind = message;
  }
}
