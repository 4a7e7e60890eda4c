import { type Clock, SYSTEM_CLOCK } from '../clock.ts';
import { isDnsLabel } from '../core/api/names.ts';
import { apiClient } from './api-client.ts';
import { apiErrorOf } from './api-error.ts';
import type { Connection } from './connection.ts';
import {
  type Keep,
  NamespaceCache,
  type NamespaceDefaults,
  parseNamespace,
} from './namespace-cache.ts';
import { type InformerOptions, NAMESPACES_PATH, NamespaceInformer } from './namespace-informer.ts';

/** The annotations of the cluster's namespaces. */
export interface NamespaceSource {
  /**
   * Never throws or rejects. A promise only if the API server has to be asked, which takes 500 ms at
   * most.
   */
  lookup(name: string): NamespaceDefaults | Promise<NamespaceDefaults>;
  start(): void;
  stop(): void;
  /** Why the namespaces have never been listed; undefined once they have. */
  readonly notReady: () => string | undefined;
  /** Whether a watch is open: the metric podherald_namespace_cache_synced. */
  isSynced(): boolean;
}

export interface NamespaceInformerOptions {
  readonly keep: Keep;
  readonly log: InformerOptions['log'];
  readonly clock?: Clock;
}

/**
 * Reads namespaces with a metadata-only informer, and live if the informer does not know them. While
 * the API server is away, lookups return the last known state. It needs get, list and watch on
 * namespaces.
 */
export function namespaceInformer(
  connection: Connection,
  { keep, log, clock = SYSTEM_CLOCK }: NamespaceInformerOptions,
): NamespaceSource {
  const cache = new NamespaceCache();
  const informer = new NamespaceInformer(connection, cache, { keep, log, clock });
  const readLive = liveReads(connection, cache, { keep, clock });
  let stopping: AbortController | undefined;
  return {
    lookup: (name) => cache.get(name) ?? readLive(name),
    start() {
      if (stopping !== undefined) return;
      stopping = new AbortController();
      void informer.run(stopping.signal);
    },
    stop: () => stopping?.abort(new Error('shutting down')),
    notReady: () => (informer.isListed ? undefined : informer.outOfDate),
    isSynced: () => informer.outOfDate === undefined,
  };
}

/** The API server waits 3 s for a review, and most reviews should not be noticed at all. */
const LIVE_LIMIT_MS = 500;

/** Each is for a namespace that the informer does not know: more than a few are not worth the load. */
const MAX_LIVE_READS = 50;

/** Asks the API server for one namespace. Lookups of one name at the same time share the request. */
function liveReads(
  connection: Connection,
  cache: NamespaceCache,
  { keep, clock }: { readonly keep: Keep; readonly clock: Clock },
): (name: string) => Promise<NamespaceDefaults> {
  const client = apiClient(connection, { clock, limitMs: LIVE_LIMIT_MS, metadataOnly: true });
  const running = new Map<string, Promise<NamespaceDefaults>>();
  const read = async (name: string): Promise<NamespaceDefaults> => {
    try {
      const since = cache.revision;
      const object = await client.read(`${NAMESPACES_PATH}/${name}`);
      if (object === undefined) return unavailable('the namespace does not exist');
      const lookup = parseNamespace(object, keep)?.lookup;
      if (lookup === undefined)
        return unavailable('unexpected response from the API server: not a Namespace');
      cache.setUnlessOvertaken(name, lookup, since);
      return cache.get(name) ?? lookup;
    } catch (error) {
      return unavailable(apiErrorOf(error, connection.server).summary.slice(0, SUMMARY_LENGTH));
    } finally {
      running.delete(name);
    }
  };
  return async (name) => {
    const shared = running.get(name);
    if (shared !== undefined) return shared;
    // Nothing but a name may get into a path.
    if (!isDnsLabel(name)) return unavailable('the name is invalid');
    if (running.size >= MAX_LIVE_READS) return unavailable('too many namespaces are being read');
    const own = read(name);
    running.set(name, own);
    return own;
  };
}

/** Short enough for an admission warning. */
const SUMMARY_LENGTH = 80;

function unavailable(why: string): NamespaceDefaults {
  return { unavailable: why };
}
