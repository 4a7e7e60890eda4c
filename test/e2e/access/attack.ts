import type { Access } from '../../../src/core/decision/rules.ts';

/**
 * What became of a request. `filter`: kubectl proxy's filter refused it. `api`: the API server got
 * it and refused. `passes`: the API server did as asked. `kubectl`: kubectl proxy answered by
 * itself, with a redirection or an error whose code differs with the Go that it was built by.
 */
export type Outcome = 'filter' | 'api' | 'passes' | 'kubectl';

/** One row of the table: what is sent, byte by byte, and what has to become of it. */
export interface Attack {
  readonly name: string;
  /** `{ns}` is the ambassador's namespace, `{other}` another one; both hold the pod `web`. */
  readonly bytes: string;
  readonly expected: Readonly<Record<Access, Outcome>>;
}

export type Expected = Attack['expected'];

/** In the order of the accesses, from narrow to wide. */
export function by(namespace: Outcome, readOnly: Outcome, full: Outcome): Expected {
  return { namespace, 'read-only': readOnly, full };
}

export function always(outcome: Outcome): Expected {
  return by(outcome, outcome, outcome);
}

/** Refused, whatever the access. */
export const REFUSED = always('filter');
/** Only `full` lets it through. */
export const WRITES = by('filter', 'filter', 'passes');
/** `namespace` alone refuses it. */
export const OUTSIDE = by('filter', 'passes', 'passes');
export const PASSES = always('passes');

/** @param line the method and the request target, as they go over the wire */
export function attack(
  name: string,
  expected: Expected,
  line: string,
  headers: readonly string[] = [],
  body = '',
): Attack {
  const own = [
    'Host: localhost',
    'Connection: close',
    ...(body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${body.length}`]),
  ];
  const all = [...own.filter((header) => !isGiven(header, headers)), ...headers];
  return raw(name, expected, [`${line} HTTP/1.1`, ...all, '', body].join('\r\n'));
}

function isGiven(header: string, headers: readonly string[]): boolean {
  const [name = ''] = header.split(' ');
  return headers.some((other) => other.startsWith(name));
}

export function raw(name: string, expected: Expected, bytes: string): Attack {
  return { name, bytes, expected };
}

export const WEBSOCKET = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: cG9kaGVyYWxkIGlzIGhlcmU=',
  'Sec-WebSocket-Protocol: v4.channel.k8s.io',
  'Origin: http://localhost',
];

export const SPDY = [
  'Connection: Upgrade',
  'Upgrade: SPDY/3.1',
  'X-Stream-Protocol-Version: v4.channel.k8s.io',
];
