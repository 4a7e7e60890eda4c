import { buffer } from 'node:stream/consumers';
import { isObject, type Json, type JsonObject } from '../core/api/json.ts';
import { AppError } from '../errors.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import type { Connection } from './connection.ts';
import { parse } from './request.ts';
import { troubleOf } from './trouble.ts';
import { watched } from './watchdog.ts';

/** Reads objects of any kind, for commands that look at a cluster once. */
export interface ClusterObjects {
  /**
   * @param path such as `/api/v1/namespaces/shop/pods/web`.
   * @returns undefined where there is no such object.
   * @throws ApiRefusal
   */
  read(path: string): Promise<JsonObject | undefined>;
  /** All objects of a list, page by page: no more than one page is in memory. @throws ApiRefusal */
  pages(path: string): AsyncGenerator<Page>;
  close(): void;
}

/** Some objects of a list. */
export interface Page {
  readonly items: readonly JsonObject[];
  /** How many come after these, where the API server says so. */
  readonly remaining: number | undefined;
  /** Whether the list has begun anew, so that all pages before this one are void. */
  readonly isRestart: boolean;
}

/** Why the API server did not give what it was asked for. */
export class ApiRefusal extends AppError {
  /** Absent where there was no answer at all. */
  readonly status: number | undefined;

  constructor(message: string, status?: number, options?: ErrorOptions) {
    super('cluster', message, options);
    this.status = status;
  }
}

/** The chunk size of client-go and kubectl. */
const PAGE_SIZE = 500;

/** In a queue of the API server's fairness a page may wait for most of a minute. */
const ANSWER_LIMIT_MS = 60_000;

/** A list that expires again and again is longer than the API server can remember. */
const MAX_RESTARTS = 3;

const forever = new AbortController().signal;

export function clusterObjects(
  connection: Connection,
  clock: Clock = SYSTEM_CLOCK,
): ClusterObjects {
  const get = (path: string): Promise<Answer> => ask(connection, clock, path);
  return {
    async read(path) {
      const answer = await get(path);
      if (answer.status === 404) return undefined;
      return answered(path, answer);
    },
    pages: (path) => listPages(get, path),
    close: () => connection.close(),
  };
}

interface Answer {
  readonly status: number;
  readonly body: JsonObject | undefined;
}

async function ask(connection: Connection, clock: Clock, path: string): Promise<Answer> {
  try {
    return await watched(clock, forever, ANSWER_LIMIT_MS, async (signal) => {
      const { status, body } = await connection.get(path, { accept: 'application/json', signal });
      return { status, body: parse((await buffer(body)).toString('utf8')) };
    });
  } catch (cause) {
    const message = `${troubleOf(cause).message} (${connection.server})`;
    throw new ApiRefusal(message, undefined, { cause });
  }
}

function answered(path: string, { status, body }: Answer): JsonObject {
  if (status === 200 && body !== undefined) return body;
  const why = typeof body?.['message'] === 'string' ? body['message'] : 'without a reason';
  const [resource] = path.split('?', 1);
  throw new ApiRefusal(`the API server answered ${status} to GET ${resource}: ${why}`, status);
}

/**
 * A token that is too old is answered by 410. With it may come another token, which goes on from
 * the same place in the list as it is now; without one only a new list will do
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#410-gone-responses).
 */
async function* listPages(
  get: (path: string) => Promise<Answer>,
  path: string,
): AsyncGenerator<Page> {
  let next = '';
  let restarts = 0;
  let isRestart = false;
  for (;;) {
    const answer = await get(pagePath(path, next));
    if (answer.status === 410 && next !== '' && restarts < MAX_RESTARTS) {
      next = continueOf(answer.body);
      if (next !== '') continue;
      restarts += 1;
      isRestart = true;
      continue;
    }
    const list = answered(path, answer);
    yield { items: itemsOf(list), remaining: remainingOf(list), isRestart };
    isRestart = false;
    next = continueOf(list);
    if (next === '') return;
  }
}

function pagePath(path: string, next: string): string {
  const limit = `${path}${path.includes('?') ? '&' : '?'}limit=${PAGE_SIZE}`;
  return next === '' ? limit : `${limit}&continue=${encodeURIComponent(next)}`;
}

function metadataOf(list: JsonObject | undefined): JsonObject {
  const metadata: Json | undefined = list?.['metadata'];
  return isObject(metadata) ? metadata : {};
}

function continueOf(list: JsonObject | undefined): string {
  const token = metadataOf(list)['continue'];
  return typeof token === 'string' ? token : '';
}

function remainingOf(list: JsonObject): number | undefined {
  const count = metadataOf(list)['remainingItemCount'];
  return typeof count === 'number' ? count : undefined;
}

function itemsOf({ items }: JsonObject): readonly JsonObject[] {
  return Array.isArray(items) ? items.filter(isObject) : [];
}
