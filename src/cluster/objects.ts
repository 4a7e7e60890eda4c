import { isObject, type JsonObject } from '../core/api/json.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import type { ApiResponse, Connection, WriteMethod } from './connection.ts';
import { parse, readText, refusal } from './request.ts';
import { Trouble, troubleOf } from './trouble.ts';
import { watched } from './watchdog.ts';

/** Reads and writes of single objects, as whoever the connection is. */
export interface Objects {
  /** @returns undefined where there is none. */
  read(path: string): Promise<JsonObject | undefined>;
  create(path: string, object: JsonObject): Promise<WriteResult>;
  /** Takes it back unless the object still has the resourceVersion that is in it. */
  update(path: string, object: JsonObject): Promise<WriteResult>;
  patch(path: string, operations: readonly object[]): Promise<WriteResult>;
}

/** `conflict`: what was there already, is not there any more, or is otherwise than was thought. */
export type WriteResult = 'written' | 'conflict';

/** The name under which podherald stands in managedFields and in the audit log. */
export const FIELD_MANAGER = 'podherald';

const JSON_TYPE = 'application/json';
/** An object takes a few ms; in a queue of an API server's fairness it may wait for seconds. */
const LIMIT_MS = 10_000;
const NEVER = new AbortController().signal;

/** There is one already, or it is not any more what was read; it is gone; a JSON patch's test failed. */
const CONFLICTS = { create: [409], update: [404, 409], patch: [404, 409, 422] } as const;

/** Whatever fails is thrown as a Trouble. */
export function objectsOf(connection: Connection, clock: Clock = SYSTEM_CLOCK): Objects {
  const within = <T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    watched(clock, NEVER, LIMIT_MS, run).catch((error: unknown) => {
      throw troubleOf(error);
    });
  const write = (
    verb: keyof typeof CONFLICTS,
    method: WriteMethod,
    path: string,
    content: { readonly contentType: string; readonly body: string },
  ): Promise<WriteResult> =>
    within(async (signal) => {
      const url = `${path}?fieldManager=${FIELD_MANAGER}`;
      const answer = await connection.send(method, url, { accept: JSON_TYPE, signal, ...content });
      const object = await objectOf(answer);
      if (isGood(answer)) return 'written';
      if (CONFLICTS[verb].some((status) => status === answer.status)) return 'conflict';
      throw refusalOf(answer, object);
    });
  const json = (value: unknown) => ({ contentType: JSON_TYPE, body: JSON.stringify(value) });
  return {
    read: (path) =>
      within(async (signal) => {
        const answer = await connection.get(path, { accept: JSON_TYPE, signal });
        const object = await objectOf(answer);
        if (answer.status === 404) return undefined;
        if (isGood(answer) && isObject(object?.['metadata'])) return object;
        if (isGood(answer)) throw new Trouble('the API server answered what is no object');
        throw refusalOf(answer, object);
      }),
    create: (path, object) => write('create', 'POST', path, json(object)),
    update: (path, object) => write('update', 'PUT', path, json(object)),
    patch: (path, operations) =>
      write('patch', 'PATCH', path, {
        contentType: 'application/json-patch+json',
        body: JSON.stringify(operations),
      }),
  };
}

function isGood({ status }: ApiResponse): boolean {
  return status >= 200 && status < 300;
}

/** Also of a refusal: an answer that is not read to its end holds its connection. */
async function objectOf({ body }: ApiResponse): Promise<JsonObject | undefined> {
  return parse(await readText(body));
}

function refusalOf({ status, headers }: ApiResponse, object: JsonObject | undefined): Trouble {
  return refusal(status, object, Number(headers['retry-after']));
}
