import { isObject, type JsonObject } from '../../core/api/json.ts';
import type { Clock } from '../clock.ts';
import type { Connection } from '../connection.ts';
import type { NamespaceLookup } from '../namespaces.ts';
import { ACCEPT_LIST, getObject, NAMESPACES_PATH } from '../request.ts';
import { Trouble } from '../trouble.ts';
import { watched } from '../watchdog.ts';
import { type Keep, namespaceOf } from './metadata.ts';

/** The chunk size of client-go: a megabyte of JSON, which holds up reviews for 20 ms or so. */
const PAGE_SIZE = 500;

/** A page takes some 50 ms; in a queue of an API server's fairness it may wait for seconds. */
const PAGE_LIMIT_MS = 10_000;

export interface ListOptions {
  readonly keep: Keep;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** All namespaces as they were at one resource version. */
export interface NamespaceList {
  readonly namespaces: Map<string, NamespaceLookup>;
  readonly resourceVersion: string;
}

/** Pages of one list are all of the same moment: a token that is too old for that is a 410. */
export async function listNamespaces(
  connection: Connection,
  { keep, clock, signal }: ListOptions,
): Promise<NamespaceList> {
  const namespaces = new Map<string, NamespaceLookup>();
  let next = '';
  for (;;) {
    const path = `${NAMESPACES_PATH}?limit=${PAGE_SIZE}${next}`;
    const list = await watched(clock, signal, PAGE_LIMIT_MS, (inner) =>
      getObject(connection, path, { accept: ACCEPT_LIST, signal: inner }),
    );
    const { resourceVersion, token } = metadataOf(list);
    for (const { name, known } of itemsOf(list, keep)) namespaces.set(name, known);
    if (token === '') return { namespaces, resourceVersion };
    next = `&continue=${encodeURIComponent(token)}`;
  }
}

function metadataOf({ metadata }: JsonObject): { resourceVersion: string; token: string } {
  const { resourceVersion, continue: token = '' } = isObject(metadata) ? metadata : {};
  if (typeof resourceVersion !== 'string' || typeof token !== 'string') throw notAList();
  return { resourceVersion, token };
}

function itemsOf({ items }: JsonObject, keep: Keep) {
  if (!Array.isArray(items)) throw notAList();
  return items.map((item) => {
    const namespace = namespaceOf(item, keep);
    if (namespace === undefined) throw notAList();
    return namespace;
  });
}

function notAList(): Trouble {
  return new Trouble('the API server answered what is no list of namespaces');
}
