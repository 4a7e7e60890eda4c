import type { Readable } from 'node:stream';
import { type Clock, SYSTEM_CLOCK } from '../clock.ts';
import { isObject, type JsonObject } from '../core/api/json.ts';
import { type ApiError, apiErrorOf, statusError, unexpectedResponse } from './api-error.ts';
import type { ApiResponse, Connection, WriteMethod } from './connection.ts';
import { watched } from './watchdog.ts';

/** One request to the API server. */
export interface ApiRequest {
  readonly method: 'GET' | WriteMethod;
  readonly path: string;
  readonly accept: string;
  readonly content?: Content;
}

export interface Content {
  readonly contentType: string;
  readonly body: string;
}

/** A response that was read to its end. */
export interface Answer {
  readonly status: number;
  /** Its body, if that is a JSON object. */
  readonly object: JsonObject | undefined;
  /** The status and the request, for an error about this response. */
  readonly context: { readonly status: number; readonly detail: string };
  /** The error that this response means. */
  error(): ApiError;
}

export interface RequestOptions {
  readonly clock?: Clock;
  /** How long the API server may take for one request. */
  readonly limitMs?: number;
  /** Aborts whatever is under way. */
  readonly signal?: AbortSignal;
  /** What to do about a status, added to the message of the error. */
  readonly hints?: Readonly<Record<number, string>>;
}

/** With API priority and fairness, a request may wait in a queue for most of a minute. */
const DEFAULT_LIMIT_MS = 60_000;

/** The most that is read of a response: 500 namespaces with annotations of 256 KiB each. */
const LIMIT_BYTES = 128 * 1024 * 1024;

/** A Status takes a sentence or two. */
const STATUS_LIMIT_BYTES = 64 * 1024;

/** The signal of a request that only its limit ends. */
export const NEVER_ABORTED: AbortSignal = new AbortController().signal;

/** Sends a request and reads its response, whatever its status. @throws ApiError if there is none. */
export async function exchange(
  connection: Connection,
  request: ApiRequest,
  options: RequestOptions,
): Promise<Answer> {
  const { clock = SYSTEM_CLOCK, signal = NEVER_ABORTED, limitMs = DEFAULT_LIMIT_MS } = options;
  const name = requestName(request.method, request.path);
  try {
    return await watched(clock, signal, limitMs, async (inner) => {
      const response = await send(connection, request, inner);
      const object = await bodyOf(response);
      return {
        status: response.status,
        object,
        context: { status: response.status, detail: ` to ${name} (${connection.server})` },
        error: () => errorOf(response, name, object, options.hints?.[response.status]),
      };
    });
  } catch (error) {
    throw apiErrorOf(error, connection.server);
  }
}

function send(
  connection: Connection,
  { method, path, accept, content }: ApiRequest,
  signal: AbortSignal,
): Promise<ApiResponse> {
  if (method === 'GET' || content === undefined) return connection.get(path, { accept, signal });
  return connection.send(method, path, { accept, signal, ...content });
}

/** Also of an error: a response that is not read to its end holds its connection. */
async function bodyOf(response: ApiResponse): Promise<JsonObject | undefined> {
  if (isOk(response)) return parseJson(await readText(response.body));
  return parseJson(await readText(response.body, STATUS_LIMIT_BYTES).catch(() => ''));
}

/**
 * The open response to a GET, such as that of a watch.
 *
 * @throws ApiError if its status is not 200.
 */
export async function openResponse(
  connection: Connection,
  path: string,
  accept: string,
  signal: AbortSignal,
): Promise<ApiResponse> {
  const response = await connection.get(path, { accept, signal });
  if (response.status === 200) return response;
  throw errorOf(response, requestName('GET', path), await bodyOf(response));
}

function errorOf(
  { status, headers }: ApiResponse,
  request: string,
  body: JsonObject | undefined,
  hint?: string,
): ApiError {
  const retryAfterSeconds = Number(headers['retry-after']);
  return statusError(status, { request, body, retryAfterSeconds, hint });
}

/** Without its query, which would only make the sentence longer. */
function requestName(method: string, path: string): string {
  return `${method} ${path.split('?', 1)[0]}`;
}

/** @throws ApiError if the text is longer than the limit. */
async function readText(body: Readable, limitBytes = LIMIT_BYTES): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop destroys the body.
    if (bytes > limitBytes) throw unexpectedResponse(`longer than ${limitBytes} bytes`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @returns undefined unless the text is a JSON object. */
export function parseJson(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the status is 2xx. */
export function isOk({ status }: { readonly status: number }): boolean {
  return status >= 200 && status < 300;
}

/** The JSON object that was asked for. @throws ApiError if the answer is another one. */
export function objectOf(response: Answer): JsonObject {
  if (!isOk(response)) throw response.error();
  if (response.object !== undefined) return response.object;
  throw unexpectedResponse('not a JSON object', response.context);
}
