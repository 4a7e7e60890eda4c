import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { makeFolder } from './certificates.ts';

/** The response to a request. */
export interface FakeAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** An API server with any objects, by path. */
export interface FakeObjects {
  /** The value is an object, or an array or LongList for a list. */
  readonly objects: Map<string, unknown>;
  /** Responses to use first, in order and once each, by path. */
  readonly scripted: Map<string, FakeAnswer[]>;
  /** The paths of all requests with their queries, in order. */
  readonly requests: string[];
  /** The path of a kubeconfig for this API server. */
  readonly kubeconfig: string;
}

/** A list that computes its items, so that it need not fit into memory. */
export interface LongList {
  readonly length: number;
  at(index: number): unknown;
}

/** Starts a fake API server until the test ends. It supports reads of single objects and lists in pages. */
export async function fakeObjects(objects: Record<string, unknown>): Promise<FakeObjects> {
  const requests: string[] = [];
  const fake = { objects: new Map(Object.entries(objects)), scripted: new Map(), requests };
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const { status, body } = answerTo(request, fake);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { ...fake, kubeconfig: writeKubeconfig(`http://127.0.0.1:${port}`) };
}

function writeKubeconfig(server: string): string {
  const file = join(makeFolder(), 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'fake',
    clusters: [{ name: 'fake', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'fake', user: { token: 'x' } }],
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

function answerTo(
  { url = '/' }: IncomingMessage,
  { objects, scripted }: Pick<FakeObjects, 'objects' | 'scripted'>,
): FakeAnswer {
  const { pathname, searchParams } = new URL(url, 'http://fake');
  const instead = scripted.get(pathname)?.shift();
  if (instead !== undefined) return instead;
  const found = objects.get(pathname);
  if (found === undefined) return status(404, `${pathname} not found`);
  return isList(found) ? page(found, searchParams) : { status: 200, body: found };
}

function isList(value: unknown): value is LongList {
  return typeof value === 'object' && value !== null && 'length' in value && 'at' in value;
}

function page(list: LongList, query: URLSearchParams): FakeAnswer {
  const start = Number(query.get('continue') ?? 0);
  const end = Math.min(start + Number(query.get('limit') ?? list.length), list.length);
  const items = Array.from({ length: end - start }, (_, index) => list.at(start + index));
  const more = list.length - end;
  const metadata = more === 0 ? {} : { continue: String(end), remainingItemCount: more };
  return { status: 200, body: { kind: 'List', apiVersion: 'v1', metadata, items } };
}

/** An error response of an API server, with a Status as its body. */
export function status(code: number, message: string, metadata: object = {}): FakeAnswer {
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', metadata, status: 'Failure', message, code },
  };
}
