import type { Readable } from 'node:stream';
import { isObject, type JsonObject } from '../core/api/json.ts';
import type { ApiResponse, Connection, GetOptions } from './connection.ts';
import { Trouble } from './trouble.ts';

/**
 * Metadata only (https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches).
 * Plain JSON after it, for what cannot transform; the metadata is in the same place there.
 */
export const ACCEPT_ONE =
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json';
export const ACCEPT_LIST =
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';

export const NAMESPACES_PATH = '/api/v1/namespaces';

/** The most that is read of an answer: 500 namespaces with annotations of 256 KiB each. */
const LIMIT_BYTES = 128 * 1024 * 1024;

/** A Status takes a sentence or two. */
const STATUS_LIMIT_BYTES = 64 * 1024;
const MESSAGE_LENGTH = 300;

/** @returns the open response of a status 200. @throws Trouble for any other. */
export async function open(
  connection: Connection,
  path: string,
  options: GetOptions,
): Promise<ApiResponse> {
  const response = await connection.get(path, options);
  if (response.status === 200) return response;
  const text = await readText(response.body, STATUS_LIMIT_BYTES).catch(() => '');
  throw refusal(response.status, parse(text), Number(response.headers['retry-after']));
}

/** @throws Trouble unless the answer is a JSON object. */
export async function getObject(
  connection: Connection,
  path: string,
  options: GetOptions,
): Promise<JsonObject> {
  const { body } = await open(connection, path, options);
  const object = parse(await readText(body));
  if (object === undefined) throw new Trouble('the API server answered what is no JSON object');
  return object;
}

/**
 * What a status of an answer, or of an event of the type ERROR, means. 410: the resource version
 * has been compacted; 400: it is none (of another etcd). Both are only mended by a new list.
 */
export function refusal(
  code: number,
  status: JsonObject | undefined,
  seconds = Number.NaN,
): Trouble {
  const message = typeof status?.message === 'string' ? status.message : 'without a reason';
  return new Trouble(`the API server answered ${code}: ${message.slice(0, MESSAGE_LENGTH)}`, {
    status: code,
    relist: code === 410 || code === 400,
    retryAfterMs: seconds > 0 ? seconds * 1000 : 0,
  });
}

export async function readText(body: Readable, limitBytes = LIMIT_BYTES): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop destroys the body.
    if (bytes > limitBytes) throw new Trouble(`the answer is longer than ${limitBytes} bytes`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
