import * as http from 'node:http';
import * as https from 'node:https';
import type { Readable } from 'node:stream';
import type { Clock } from './clock.ts';
import { Trouble } from './trouble.ts';

/** The API server, as whoever credentials name. */
export interface Connection {
  /** Its address, for those who are told that it does not answer. */
  readonly server: string;
  /**
   * @param path with its query, such as `/api/v1/namespaces?limit=500`.
   * @param signal ends the request, and the body where that is still being read.
   * @returns any status; rejects only where there is no answer.
   */
  get(path: string, options: GetOptions): Promise<ApiResponse>;
  /** The same with a body. Whether a request that has no answer was obeyed is not known. */
  send(method: WriteMethod, path: string, options: SendOptions): Promise<ApiResponse>;
  /** Ends the connections that idle. */
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
  /** Has to be read to its end or destroyed: it holds a connection. */
  readonly body: Readable;
}

/**
 * The headers, keys and CA to send a request with. Asked for every request, because tokens, and
 * the CA of a cluster, are renewed while podherald runs.
 */
export type Credentials = () => Promise<https.RequestOptions>;

/** TCP and TLS need milliseconds; a lost SYN is sent again after 1 s (RFC 6298), and once more after 3. */
const CONNECT_LIMIT_MS = 3_000;

/**
 * The kernel asks a silent peer for a sign of life after this, and libuv has it ask ten times, a
 * second apart: a watch on a dead network ends after 15 s, and not after two hours.
 */
const TCP_KEEPALIVE_MS = 5_000;

/** Live reads come one by one. Each connection that died unnoticed costs one of them. */
const MAX_IDLE_CONNECTIONS = 2;

/** @param server its address, such as `https://10.96.0.1:443`; a path before `/api` is kept. */
export function connectTo(server: string, credentials: Credentials, clock: Clock): Connection {
  const base = server.replace(/\/+$/, '');
  const { request, Agent } = base.startsWith('https:') ? https : http;
  const agent = new Agent({
    keepAlive: true,
    keepAliveMsecs: TCP_KEEPALIVE_MS,
    maxFreeSockets: MAX_IDLE_CONNECTIONS,
  });
  const known = (): Promise<https.RequestOptions> => credentials().catch(credentialTrouble);
  return {
    server: base,
    async get(path, { accept, signal }) {
      const { headers, ...options } = await unlessAborted(known(), signal);
      const all = { agent, ...options, headers: { ...headers, accept }, signal };
      return getAnswer(() => request(`${base}${path}`, all), clock);
    },
    async send(method, path, { accept, contentType, body, signal }) {
      const { headers, ...options } = await unlessAborted(known(), signal);
      const own = { accept, 'content-type': contentType };
      const all = { agent, ...options, method, headers: { ...headers, ...own }, signal };
      return answerOf(request(`${base}${path}`, all), clock, body);
    },
    close: () => agent.destroy(),
  };
}

/** A CA, a key or a token in a file, or a program that gives one: no network has any part in it. */
function credentialTrouble(cause: Error): never {
  const message = `the connection to the API server cannot be prepared: ${cause.message}`;
  throw new Trouble(message, { cause });
}

/** A server may end an idle connection just as it is used again (RFC 9112 section 9.3.1). */
async function getAnswer(start: () => http.ClientRequest, clock: Clock): Promise<ApiResponse> {
  const call = start();
  try {
    return await answerOf(call, clock);
  } catch (error) {
    const isStale = call.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
    if (isStale) return getAnswer(start, clock);
    throw error;
  }
}

function answerOf(call: http.ClientRequest, clock: Clock, content?: string): Promise<ApiResponse> {
  return new Promise((resolve, reject) => {
    limitConnecting(call, clock);
    call.on('response', (body) => {
      // Whoever reads the body hears of its errors there; nobody may be reading yet.
      body.on('error', () => {});
      resolve({ status: body.statusCode ?? 0, headers: body.headers, body });
    });
    call.on('error', reject);
    call.end(content);
  });
}

/** Until the request has left: on a socket that is still connecting it waits for TCP and TLS. */
function limitConnecting(call: http.ClientRequest, clock: Clock): void {
  const giveUp = (): void =>
    void call.destroy(new Error(`no connection in ${CONNECT_LIMIT_MS} ms`));
  const callOff = clock.after(CONNECT_LIMIT_MS, giveUp);
  call.once('finish', callOff);
  call.once('close', callOff);
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
