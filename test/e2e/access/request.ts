import { connect } from 'node:net';
import type { Access } from '../../../src/core/decision/rules.ts';

/**
 * What happens to a request that an app sends to its ambassador.
 * - `filter`: the filter of kubectl proxy rejects it.
 * - `kubectl`: kubectl proxy itself responds, with a redirect or with an error. The status code
 *   depends on the Go version that kubectl was built with.
 * - `api`: the API server gets it and responds with an error.
 * - `passes`: the API server gets it and does what it says.
 */
export type Outcome = 'filter' | 'kubectl' | 'api' | 'passes';

/** The outcome of a request at each access level of the ambassador. */
export type Expected = Readonly<Record<Access, Outcome>>;

/** A row of the table of requests. */
export interface RequestCase {
  readonly name: string;
  /** The bytes to send. `{ns}` is the namespace of the ambassador and `{other}` another one. */
  readonly bytes: string;
  readonly expected: Expected;
}

/** A different outcome for each access level, from the narrowest to the widest. */
export function byAccess(namespace: Outcome, readOnly: Outcome, full: Outcome): Expected {
  return { namespace, 'read-only': readOnly, full };
}

/** The same outcome at each access level. */
export function always(outcome: Outcome): Expected {
  return byAccess(outcome, outcome, outcome);
}

export const PASSES = always('passes');
export const REJECTED = always('filter');
/** Only `full` allows it, such as a request that writes. */
export const ONLY_FULL = byAccess('filter', 'filter', 'passes');
/** Only `namespace` rejects it: a read outside of the ambassador's namespace. */
export const OTHER_NAMESPACE = byAccess('filter', 'passes', 'passes');

/** @param line the method and the request target, as they are sent */
export function request(
  name: string,
  expected: Expected,
  line: string,
  headers: readonly string[] = [],
  body = '',
): RequestCase {
  const defaults = [
    'Host: localhost',
    'Connection: close',
    ...(body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${body.length}`]),
  ];
  const all = [...defaults.filter((header) => !isOverridden(header, headers)), ...headers];
  return rawRequest(name, expected, [`${line} HTTP/1.1`, ...all, '', body].join('\r\n'));
}

function isOverridden(header: string, headers: readonly string[]): boolean {
  const [name = ''] = header.split(' ');
  return headers.some((other) => other.startsWith(name));
}

/** A request, or several, of exactly these bytes. */
export function rawRequest(name: string, expected: Expected, bytes: string): RequestCase {
  return { name, bytes, expected };
}

/** The headers that open a WebSocket connection. */
export const WEBSOCKET = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: cG9kaGVyYWxkIGlzIGhlcmU=',
  'Sec-WebSocket-Protocol: v4.channel.k8s.io',
  'Origin: http://localhost',
];

/** The headers that open a SPDY connection, as older clients of Kubernetes do. */
export const SPDY = [
  'Connection: Upgrade',
  'Upgrade: SPDY/3.1',
  'X-Stream-Protocol-Version: v4.channel.k8s.io',
];

/** A request of the table takes milliseconds; the limit is for a busy machine. */
const LIMIT_MS = 30_000;

/** Sends the bytes to a proxy on this machine and returns the outcome of the last request in them. */
export async function outcomeOf(port: number, bytes: string): Promise<Outcome> {
  const text = await exchange(port, bytes);
  const last = responsesIn(text).at(-1);
  if (last === undefined) throw new Error(`no response to ${JSON.stringify(bytes)}`);
  return classify(last);
}

/** Only the API server sends an Audit-Id. The filter sends just the word Forbidden. */
function classify({ code, headers }: Response): Outcome {
  if (headers.has('audit-id') || code === 101) return code < 400 ? 'passes' : 'api';
  const isForbidden = headers.get('content-length') === `${'Forbidden\n'.length}`;
  return code === 403 && isForbidden ? 'filter' : 'kubectl';
}

/**
 * Sends the bytes and returns what comes back until the proxy closes the connection. Without
 * `Connection: close`, the proxy may keep it open, so the first response ends the exchange.
 */
async function exchange(port: number, bytes: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const staysOpen = !/^connection: close/im.test(bytes);
  const socket = connect({ port, host: '127.0.0.1' });
  let text = '';
  socket.setTimeout(LIMIT_MS, () =>
    socket.destroy(new Error(`timed out after ${LIMIT_MS} ms; got ${JSON.stringify(text)}`)),
  );
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    if (staysOpen && responsesIn(text).length > 0) socket.destroy();
  });
  socket.on('error', reject);
  socket.on('close', () => resolve(text));
  socket.write(bytes, 'latin1');
  return promise;
}

interface Response {
  readonly code: number;
  readonly headers: ReadonlyMap<string, string>;
  /** Where the next response starts in the text; undefined without a Content-Length. */
  readonly end: number | undefined;
}

function responsesIn(text: string): Response[] {
  const responses: Response[] = [];
  for (let start: number | undefined = 0; start !== undefined; ) {
    const response = responseAt(text, start);
    if (response === undefined) break;
    responses.push(response);
    start = response.end;
  }
  return responses;
}

function responseAt(text: string, start: number): Response | undefined {
  const headEnd = text.indexOf('\r\n\r\n', start);
  if (headEnd === -1) return undefined;
  const [status = '', ...lines] = text.slice(start, headEnd).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const length = headers.get('content-length');
  const end = length === undefined ? undefined : headEnd + '\r\n\r\n'.length + Number(length);
  return { code: Number(status.split(' ')[1]), headers, end };
}
