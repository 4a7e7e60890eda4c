import * as http from 'node:http';
import * as https from 'node:https';
import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { ApiError } from './api-error.ts';

/** A connection to the API server, with the rights of one account. */
export interface Connection {
  /** Its address, for error messages. */
  readonly server: string;
  /**
   * @param path with its query, such as `/api/v1/namespaces?limit=500`.
   * @param signal ends the request, and the body if that is still being read.
   * @returns a response of any status; rejects only if there is none.
   */
  get(path: string, options: GetOptions): Promise<ApiResponse>;
  /** The same with a body. Without a response, it is unknown whether the write was done. */
  send(method: WriteMethod, path: string, options: SendOptions): Promise<ApiResponse>;
  /** Ends idle connections. */
  close(): void;
}

export interface GetOptions {
  readonly accept: string;
  readonly signal: AbortSignal;
}

export type WriteMethod = 'POST' | 'PUT' | 'PATCH';

export interface SendOptions extends GetOptions {
  readonly contentType: string;
  readonly body: string;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Must be read to its end or destroyed: it holds a connection. */
  readonly body: Readable;
}

/**
 * The headers, keys and CA to send a request with. Called for every request, because tokens and the
 * CA of a cluster are renewed while podherald runs.
 */
export type Credentials = () => Promise<https.RequestOptions>;

/** TCP and TLS need milliseconds; a lost SYN is sent again after 1 s (RFC 6298), and once more after 3. */
const CONNECT_LIMIT_MS = 3_000;

/**
 * The kernel probes a silent peer after this, and libuv has it probe ten times, a second apart: a
 * watch on a dead network ends after 15 s, and not after two hours.
 */
const TCP_KEEPALIVE_MS = 5_000;

/** Live reads come one by one. Each connection that has died unnoticed costs one of them. */
const MAX_IDLE_CONNECTIONS = 2;

/** @param server the address, such as `https://10.96.0.1:443`; a path before `/api` is kept. */
export function connectTo(server: string, credentials: Credentials, clock: Clock): Connection {
  const base = server.replace(/\/+$/, '');
  const { request, Agent } = base.startsWith('https:') ? https : http;
  const agent = new Agent({
    keepAlive: true,
    keepAliveMsecs: TCP_KEEPALIVE_MS,
    maxFreeSockets: MAX_IDLE_CONNECTIONS,
  });
  const prepare = (): Promise<https.RequestOptions> => credentials().catch(cannotPrepare);
  return {
    server: base,
    async get(path, { accept, signal }) {
      const { headers, ...options } = await unlessAborted(prepare(), signal);
      const all = { agent, ...options, headers: { ...headers, accept }, signal };
      return getResponse(() => request(`${base}${path}`, all), clock);
    },
    async send(method, path, { accept, contentType, body, signal }) {
      const { headers, ...options } = await unlessAborted(prepare(), signal);
      const own = { accept, 'content-type': contentType };
      const all = { agent, ...options, method, headers: { ...headers, ...own }, signal };
      return responseOf(request(`${base}${path}`, all), clock, body);
    },
    close: () => agent.destroy(),
  };
}

/** A CA, key or token file, or the program that prints a token, has failed: not the network. */
function cannotPrepare(cause: Error): never {
  const message = `the credentials for the API server cannot be loaded: ${cause.message}`;
  throw new ApiError(message, { cause });
}

/** A server may close an idle connection just as it is used again (RFC 9112 section 9.3.1). */
async function getResponse(start: () => http.ClientRequest, clock: Clock): Promise<ApiResponse> {
  const call = start();
  try {
    return await responseOf(call, clock);
  } catch (error) {
    const isStale = call.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
    if (isStale) return getResponse(start, clock);
    throw error;
  }
}

function responseOf(
  call: http.ClientRequest,
  clock: Clock,
  content?: string,
): Promise<ApiResponse> {
  return new Promise((resolve, reject) => {
    limitConnecting(call, clock);
    call.on('response', (body) => {
      // The reader of the body gets its errors; without this, one before the first read would crash.
      body.on('error', () => {});
      resolve({ status: body.statusCode ?? 0, headers: body.headers, body });
    });
    call.on('error', reject);
    call.end(content);
  });
}

/** Until the request was sent: on a socket that is still connecting it waits for TCP and TLS. */
function limitConnecting(call: http.ClientRequest, clock: Clock): void {
  const giveUp = (): void =>
    void call.destroy(new Error(`no connection in ${CONNECT_LIMIT_MS} ms`));
  const cancel = clock.after(CONNECT_LIMIT_MS, giveUp);
  call.once('finish', cancel);
  call.once('close', cancel);
}

/** Credentials may come from a program that hangs. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
