import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { ACCEPT_METADATA, apiClient } from './api-client.ts';
import { type ApiError, unexpectedResponse } from './api-error.ts';
import type { Connection } from './connection.ts';
import {
  type Keep,
  type NamespaceCache,
  type NamespaceDefaults,
  parseNamespace,
} from './namespace-cache.ts';
import { unexpectedEvent, type WatchEvent, watchForever } from './watch.ts';

export const NAMESPACES_PATH = '/api/v1/namespaces';

/** A page takes some 50 ms; with API priority and fairness it may wait in a queue for seconds. */
const PAGE_LIMIT_MS = 10_000;

/**
 * A safety net, and the remedy for one known case: after a restore of etcd its resource versions are
 * behind ours, and a watch from ours sends nothing. 10,000 namespaces are 20 pages.
 */
const RELIST_MS = 30 * 60 * 1000;

export interface InformerOptions {
  readonly keep: Keep;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn' | 'debug'>;
}

/** The list that the watch goes on from. */
interface Position {
  resourceVersion: string;
  readonly listedAtMs: number;
}

/** Keeps a cache equal to the API server's namespaces: lists them once, then watches for ever. */
export class NamespaceInformer {
  /** Why the cache may be out of date; undefined while a watch is open. */
  outOfDate: string | undefined = 'the namespaces have not been listed yet';
  isListed = false;

  readonly #connection: Connection;
  readonly #cache: NamespaceCache;
  readonly #options: InformerOptions;
  /** Without it the namespaces are listed before the next watch. */
  #position: Position | undefined;

  constructor(connection: Connection, cache: NamespaceCache, options: InformerOptions) {
    this.#connection = connection;
    this.#cache = cache;
    this.#options = options;
  }

  /** Runs until the signal aborts. It never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await watchForever(this.#connection, {
      path: NAMESPACES_PATH,
      accept: ACCEPT_METADATA,
      clock: this.#options.clock,
      signal,
      resourceVersion: async () => {
        this.#position ??= await this.#list(signal);
        return this.#position.resourceVersion;
      },
      onOpen: () => this.#logUpToDate(),
      onEvent: (event) => this.#apply(event),
      onEnd: (error) => this.#ended(error),
    });
  }

  async #list(signal: AbortSignal): Promise<Position> {
    const { keep, clock, log } = this.#options;
    const listedAtMs = clock.now();
    const options = { clock, signal, limitMs: PAGE_LIMIT_MS, metadataOnly: true };
    const pages = apiClient(this.#connection, options).pages(NAMESPACES_PATH, {
      isConsistent: true,
    });
    const lookups = new Map<string, NamespaceDefaults>();
    let resourceVersion: string | undefined;
    for await (const page of pages) {
      resourceVersion = page.resourceVersion;
      for (const item of page.items) {
        const namespace = parseNamespace(item, keep);
        if (namespace === undefined) throw notAList();
        lookups.set(namespace.name, namespace.lookup);
      }
    }
    if (resourceVersion === undefined) throw notAList();
    this.#cache.replace(lookups);
    this.isListed = true;
    const durationMs = Math.round(clock.now() - listedAtMs);
    log.debug({ namespaces: lookups.size, durationMs }, 'listed the namespaces');
    return { resourceVersion, listedAtMs };
  }

  #apply({ type, object, resourceVersion }: WatchEvent): void {
    const namespace = type === 'BOOKMARK' ? undefined : parseNamespace(object, this.#options.keep);
    if (namespace === undefined && type !== 'BOOKMARK') throw unexpectedEvent();
    if (this.#position !== undefined) this.#position.resourceVersion = resourceVersion;
    if (namespace === undefined) return;
    if (type === 'DELETED') this.#cache.delete(namespace.name);
    else this.#cache.set(namespace.name, namespace.lookup);
  }

  #ended(error: ApiError | undefined): void {
    if (error !== undefined) this.#logOutOfDate(error);
    const listedAtMs = this.#position?.listedAtMs ?? 0;
    const isOld = this.#options.clock.now() - listedAtMs > RELIST_MS;
    if (error === undefined ? isOld : error.relist) this.#position = undefined;
  }

  /** An outage is logged once, not at every attempt. */
  #logOutOfDate({ message, status }: ApiError): void {
    const { log } = this.#options;
    const line = { error: message, ...(status !== undefined && { statusCode: status }) };
    if (this.outOfDate === message)
      log.debug(line, 'the annotations of namespaces may still be out of date; retrying');
    else log.warn(line, 'the annotations of namespaces may be out of date; retrying');
    this.outOfDate = message;
  }

  #logUpToDate(): void {
    if (this.outOfDate === undefined) return;
    this.outOfDate = undefined;
    this.#options.log.info(
      { namespaces: this.#cache.size },
      'the annotations of namespaces are up to date',
    );
  }
}

function notAList(): ApiError {
  return unexpectedResponse('not a list of namespaces');
}
