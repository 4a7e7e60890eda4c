import { isObject, type JsonObject } from '../core/api/json.ts';
import { unexpectedResponse } from './api-error.ts';
import {
  type Answer,
  type ApiRequest,
  type Content,
  exchange,
  isOk,
  objectOf,
  type RequestOptions,
} from './api-request.ts';
import type { Connection, WriteMethod } from './connection.ts';

/** Reads and writes objects of any kind. Every method throws an ApiError if it fails. */
export interface ApiClient {
  /**
   * Any JSON object: most have `metadata`, that of `/version` has none.
   *
   * @param path such as `/api/v1/namespaces/shop/pods/web`.
   * @returns undefined if there is no such object.
   */
  read(path: string): Promise<JsonObject | undefined>;
  /**
   * All objects of a list, page by page: only one page at a time is in memory.
   *
   * @param path such as `/api/v1/pods?fieldSelector=…`.
   */
  pages(path: string, options?: PagesOptions): AsyncGenerator<Page>;
  create(path: string, object: JsonObject): Promise<WriteResult>;
  /** A conflict unless the object still has the resourceVersion that it was read with. */
  update(path: string, object: JsonObject): Promise<WriteResult>;
  /** @param operations a JSON Patch. A failed `test` is a conflict. */
  patch(path: string, operations: readonly object[]): Promise<WriteResult>;
  close(): void;
}

export interface PagesOptions {
  /**
   * Whether all pages must be of one resource version. An expired list is then an ApiError with
   * `relist`; otherwise it goes on from the same name, or starts again.
   */
  readonly isConsistent?: boolean;
}

/** Some objects of a list. */
export interface Page {
  readonly items: readonly JsonObject[];
  readonly resourceVersion: string | undefined;
  /** How many objects come after these, if the API server says so. */
  readonly remaining: number | undefined;
  /** Whether the list has started again, so that all pages before this one are void. */
  readonly isRestart: boolean;
}

/** A conflict is not an error: someone else has written first, so read the object again. */
export type WriteResult = 'written' | 'conflict';

export interface ApiClientOptions extends RequestOptions {
  /** Whether to ask for the metadata of objects only. */
  readonly metadataOnly?: boolean;
}

/** podherald's name in managedFields and in the audit log. */
export const FIELD_MANAGER = 'podherald';

const JSON_TYPE = 'application/json';

/**
 * Metadata only (https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches).
 * Plain JSON, which has the metadata in the same fields, is for servers that cannot transform.
 */
export const ACCEPT_METADATA =
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json';
export const ACCEPT_METADATA_LIST =
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';

/** The chunk size of client-go and kubectl: a megabyte of JSON, which takes some 20 ms to parse. */
const PAGE_SIZE = 500;

/** A list that expires this often is longer than the API server can remember. */
const MAX_RESTARTS = 3;

/** 409: it exists already, or has changed since. 404: it is gone. 422: a JSON Patch's test failed. */
const CONFLICTS = { POST: [409], PUT: [404, 409], PATCH: [404, 409, 422] } as const;

/**
 * A client with the rights of the connection's account. `close` ends the connection too.
 */
export function apiClient(connection: Connection, options: ApiClientOptions = {}): ApiClient {
  const { metadataOnly = false } = options;
  const one = metadataOnly ? ACCEPT_METADATA : JSON_TYPE;
  const list = metadataOnly ? ACCEPT_METADATA_LIST : JSON_TYPE;
  const send = (request: ApiRequest): Promise<Answer> => exchange(connection, request, options);
  const write = async (method: WriteMethod, path: string, content: Content) => {
    const url = `${path}?fieldManager=${FIELD_MANAGER}`;
    const response = await send({ method, path: url, accept: JSON_TYPE, content });
    if (isOk(response)) return 'written';
    if (CONFLICTS[method].some((status) => status === response.status)) return 'conflict';
    throw response.error();
  };
  return {
    async read(path) {
      const response = await send({ method: 'GET', path, accept: one });
      return response.status === 404 ? undefined : objectOf(response);
    },
    pages: (path, { isConsistent = false } = {}) =>
      listPages((url) => send({ method: 'GET', path: url, accept: list }), path, isConsistent),
    create: (path, object) => write('POST', path, json(JSON_TYPE, object)),
    update: (path, object) => write('PUT', path, json(JSON_TYPE, object)),
    patch: (path, operations) =>
      write('PATCH', path, json('application/json-patch+json', operations)),
    close: () => connection.close(),
  };
}

function json(contentType: string, value: object): Content {
  return { contentType, body: JSON.stringify(value) };
}

/**
 * A continue token that is too old is answered by 410. With it may come another token, which goes on
 * from the same name in the list as it is now; without one, only a new list will do
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#410-gone-responses).
 */
async function* listPages(
  get: (path: string) => Promise<Answer>,
  path: string,
  isConsistent: boolean,
): AsyncGenerator<Page> {
  let token = '';
  let restarts = 0;
  let isRestart = false;
  for (;;) {
    const response = await get(pagePath(path, token));
    const isExpired = response.status === 410 && token !== '';
    if (isExpired && !isConsistent && restarts < MAX_RESTARTS) {
      token = metadataOf(response.object).token;
      if (token !== '') continue;
      restarts += 1;
      isRestart = true;
      continue;
    }
    const list = objectOf(response);
    const { token: next, ...metadata } = metadataOf(list);
    yield { items: itemsOf(list, response), ...metadata, isRestart };
    isRestart = false;
    token = next;
    if (token === '') return;
  }
}

function pagePath(path: string, token: string): string {
  const limit = `${path}${path.includes('?') ? '&' : '?'}limit=${PAGE_SIZE}`;
  return token === '' ? limit : `${limit}&continue=${encodeURIComponent(token)}`;
}

function metadataOf(
  list: JsonObject | undefined,
): Pick<Page, 'resourceVersion' | 'remaining'> & { readonly token: string } {
  const metadata = isObject(list?.['metadata']) ? list['metadata'] : {};
  const { resourceVersion, remainingItemCount, continue: token } = metadata;
  return {
    token: typeof token === 'string' ? token : '',
    resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : undefined,
    remaining: typeof remainingItemCount === 'number' ? remainingItemCount : undefined,
  };
}

function itemsOf({ items }: JsonObject, response: Answer): readonly JsonObject[] {
  if (items === null) return [];
  if (Array.isArray(items) && items.every(isObject)) return items;
  throw unexpectedResponse('not a list', response.context);
}
