import type { Annotations } from '../core/api/pod.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import type { Connection } from './connection.ts';
import { NamespaceCache } from './namespaces/cache.ts';
import { Informer, type InformerOptions } from './namespaces/informer.ts';
import { liveReads } from './namespaces/live-read.ts';

/** The annotations of a namespace, at once where they are known. */
export interface NamespaceSource {
  /** Never throws or rejects. A promise only where the API server has to be asked, 500 ms at most. */
  lookup(name: string): NamespaceLookup | Promise<NamespaceLookup>;
  start(): void;
  stop(): void;
  /** undefined, or why the namespaces have never been listed. */
  readonly notReady: () => string | undefined;
  /** Whether changes are heard of now; for the metric podherald_namespace_cache_synced. */
  isSynced(): boolean;
}

export type NamespaceLookup =
  | { readonly annotations: Annotations }
  /** Why they are not known: a few words without the API server's own. */
  | { readonly unavailable: string };

export interface NamespaceInformerOptions {
  /** Which annotation keys are worth their memory: those that podherald can use. */
  readonly keep: (key: string) => boolean;
  readonly log: InformerOptions['log'];
  readonly clock?: Clock;
}

/**
 * Namespaces from a metadata-only informer, and a live read for one that it does not know. While
 * the API server is away, the last known state is served. It needs get, list and watch on namespaces.
 */
export function namespaceInformer(
  connection: Connection,
  { keep, log, clock = SYSTEM_CLOCK }: NamespaceInformerOptions,
): NamespaceSource {
  const cache = new NamespaceCache();
  const informer = new Informer(connection, cache, { keep, log, clock });
  const readLive = liveReads(connection, { cache, keep, clock });
  let stopping: AbortController | undefined;
  return {
    lookup: (name) => cache.get(name) ?? readLive(name),
    start() {
      if (stopping !== undefined) return;
      stopping = new AbortController();
      void informer.run(stopping.signal);
    },
    stop: () => stopping?.abort(new Error('podherald is stopping')),
    notReady: () => (informer.isListed ? undefined : informer.behind),
    isSynced: () => informer.behind === undefined,
  };
}
