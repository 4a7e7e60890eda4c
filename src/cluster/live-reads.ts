import type { Clock } from '../clock.ts';
import { isDnsLabel } from '../core/api/names.ts';
import { apiClient } from './api-client.ts';
import { apiErrorOf } from './api-error.ts';
import type { Connection } from './connection.ts';
import {
  type Keep,
  type NamespaceCache,
  type NamespaceDefaults,
  parseNamespace,
} from './namespace-cache.ts';
import { NAMESPACES_PATH } from './namespace-informer.ts';

/** The API server waits 3 s for a review, and most reviews should not be noticed at all. */
const LIVE_LIMIT_MS = 500;

/** Each is for a namespace that the informer does not know: more than a few are not worth the load. */
const MAX_LIVE_READS = 50;

/** Whoever can reach the webhook can name namespaces that do not exist, and each would be a request. */
const MAX_READS_PER_SECOND = 100;

/**
 * How long podherald does not read a missing namespace again. If it is created meanwhile, the watch
 * reports it sooner, and the watch's cache is read first.
 */
const ABSENT_MS = 5_000;

/** How long a failed read is not repeated; also one of an absent namespace while no watch is open. */
const FAILED_MS = 1_000;

/** Names have at most 63 characters, so that they take some 200 KiB together. */
const MAX_MISSES = 1_000;

export interface LiveReadOptions {
  readonly keep: Keep;
  readonly clock: Clock;
  /** Whether the cache learns of new namespaces. */
  readonly isSynced: () => boolean;
}

/**
 * Asks the API server for one namespace. Lookups of one name at the same time share the request, and a
 * name without a namespace is not asked for again for some seconds.
 */
export function liveReads(
  connection: Connection,
  cache: NamespaceCache,
  { keep, clock, isSynced }: LiveReadOptions,
): (name: string) => NamespaceDefaults | Promise<NamespaceDefaults> {
  const client = apiClient(connection, { clock, limitMs: LIVE_LIMIT_MS, metadataOnly: true });
  const running = new Map<string, Promise<NamespaceDefaults>>();
  const misses = new Misses(clock);
  const allowed = new Allowance(clock);
  const miss = (name: string, why: string, lifetimeMs: number): NamespaceDefaults => {
    const lookup = unavailable(why);
    misses.add(name, lookup, lifetimeMs);
    return lookup;
  };
  const read = async (name: string): Promise<NamespaceDefaults> => {
    try {
      const since = cache.revision;
      const object = await client.read(`${NAMESPACES_PATH}/${name}`);
      if (object === undefined) {
        return miss(name, 'the namespace does not exist', isSynced() ? ABSENT_MS : FAILED_MS);
      }
      const lookup = parseNamespace(object, keep)?.lookup;
      if (lookup === undefined) {
        return miss(name, 'unexpected response from the API server: not a Namespace', FAILED_MS);
      }
      cache.setUnlessOvertaken(name, lookup, since);
      return cache.get(name) ?? lookup;
    } catch (error) {
      const { summary } = apiErrorOf(error, connection.server);
      return miss(name, summary.slice(0, SUMMARY_LENGTH), FAILED_MS);
    } finally {
      running.delete(name);
    }
  };
  return (name) => {
    const known = misses.get(name) ?? running.get(name);
    if (known !== undefined) return known;
    // Nothing but a name may get into a path.
    if (!isDnsLabel(name)) return unavailable('the name is invalid');
    if (running.size >= MAX_LIVE_READS || !allowed.take()) {
      return unavailable('too many namespaces are being read');
    }
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

/** Names that were read in vain, for a while. */
class Misses {
  readonly #clock: Clock;
  /** The oldest first. */
  readonly #entries = new Map<string, { lookup: NamespaceDefaults; untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(name: string): NamespaceDefaults | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined || this.#clock.now() < entry.untilMs) return entry?.lookup;
    this.#entries.delete(name);
    return undefined;
  }

  add(name: string, lookup: NamespaceDefaults, lifetimeMs: number): void {
    this.#entries.delete(name);
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size >= MAX_MISSES) this.#entries.delete(oldest);
    this.#entries.set(name, { lookup, untilMs: this.#clock.now() + lifetimeMs });
  }
}

/** So many reads in each second. */
class Allowance {
  readonly #clock: Clock;
  #sinceMs = 0;
  #taken = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(): boolean {
    const nowMs = this.#clock.now();
    if (nowMs - this.#sinceMs >= 1000) {
      this.#sinceMs = nowMs;
      this.#taken = 0;
    }
    if (this.#taken >= MAX_READS_PER_SECOND) return false;
    this.#taken++;
    return true;
  }
}
