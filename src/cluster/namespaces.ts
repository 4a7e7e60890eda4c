import { type Clock, SYSTEM_CLOCK } from '../clock.ts';
import type { Connection } from './connection.ts';
import { liveReads } from './live-reads.ts';
import {
  hasAllLabels,
  type Keep,
  type KeptMetadata,
  NamespaceCache,
  type NamespaceDefaults,
} from './namespace-cache.ts';
import { type InformerOptions, NamespaceInformer } from './namespace-informer.ts';

/** The annotations of the cluster's namespaces, and those of their labels that the config lists. */
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
  const isSynced = (): boolean => informer.outOfDate === undefined;
  const readLive = liveReads(connection, cache, { keep, clock, isSynced });
  let stopping: AbortController | undefined;
  return {
    lookup(name) {
      const known = cache.get(name);
      if (known === undefined) return readLive(name);
      if ('unavailable' in known || hasAllLabels(known, keep)) return known;
      return withLabels(known, readLive(name));
    },
    start() {
      if (stopping !== undefined) return;
      stopping = new AbortController();
      void informer.run(stopping.signal);
    },
    stop: () => stopping?.abort(new Error('shutting down')),
    notReady: () => (informer.isListed ? undefined : informer.outOfDate),
    isSynced,
  };
}

/**
 * A namespace that was read before the config listed another label is read again. If that fails, the annotations that are
 * known still count.
 */
async function withLabels(
  known: KeptMetadata,
  read: NamespaceDefaults | Promise<NamespaceDefaults>,
): Promise<NamespaceDefaults> {
  const now = await read;
  return 'unavailable' in now ? known : now;
}
