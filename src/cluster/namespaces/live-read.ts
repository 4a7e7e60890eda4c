import { isDnsLabel } from '../../core/api/names.ts';
import type { Clock } from '../clock.ts';
import type { Connection } from '../connection.ts';
import type { NamespaceLookup } from '../namespaces.ts';
import { ACCEPT_ONE, getObject, NAMESPACES_PATH } from '../request.ts';
import { type Trouble, troubleOf } from '../trouble.ts';
import { watched } from '../watchdog.ts';
import type { NamespaceCache } from './cache.ts';
import { type Keep, namespaceOf } from './metadata.ts';

/** A review has 3 s in all, and most of them should not be noticed. */
const LIMIT_MS = 500;

/** Each is a namespace that the informer does not know: a flood of them is not worth a flood. */
const MOST_AT_ONCE = 50;

export interface LiveReadOptions {
  /** Keeps what is read. */
  readonly cache: NamespaceCache;
  readonly keep: Keep;
  readonly clock: Clock;
}

/** Asks the API server for one namespace; who asks for the same one meanwhile shares the answer. */
export function liveReads(
  connection: Connection,
  { cache, keep, clock }: LiveReadOptions,
): (name: string) => Promise<NamespaceLookup> {
  const running = new Map<string, Promise<NamespaceLookup>>();
  const forever = new AbortController().signal;
  const read = async (name: string): Promise<NamespaceLookup> => {
    try {
      const since = cache.revision;
      const path = `${NAMESPACES_PATH}/${name}`;
      const object = await watched(clock, forever, LIMIT_MS, (signal) =>
        getObject(connection, path, { accept: ACCEPT_ONE, signal }),
      );
      const known = namespaceOf(object, keep)?.known;
      if (known === undefined) return unavailable('the API server answered what is no namespace');
      cache.setUnlessOvertaken(name, known, since);
      return cache.get(name) ?? known;
    } catch (error) {
      return unavailable(sentenceOf(troubleOf(error)));
    } finally {
      running.delete(name);
    }
  };
  return async (name) => {
    const shared = running.get(name);
    if (shared !== undefined) return shared;
    if (!isDnsLabel(name)) return unavailable('that is no name of a namespace');
    if (running.size >= MOST_AT_ONCE) return unavailable('too many namespaces are being read');
    const own = read(name);
    running.set(name, own);
    return own;
  };
}

function unavailable(why: string): NamespaceLookup {
  return { unavailable: why };
}

/** Short enough for a warning, and without a word of the API server's: it names the ServiceAccount. */
function sentenceOf({ status, message }: Trouble): string {
  if (status === 404) return 'there is no such namespace';
  return status === undefined ? message.slice(0, 80) : `the API server answered ${status}`;
}
