/**
 * The load generator, a process of its own: opens keep-alive TLS connections to 127.0.0.1 and sends
 * the reviews of a folder in turn for some seconds, one at a time on each connection. Prints one line of JSON (Slice). It
 * must use far less CPU than the server, so it encodes the requests once and checks only the status,
 * the length and the uid of a response.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { parseArgs } from 'node:util';
import { cpuMs, quantile } from './measurements.ts';

/** The measurements of one slice: a few seconds of load on one server. */
export type Slice = {
  readonly reviews: number;
  readonly seconds: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly serverCpuMs: number;
  readonly clientCpuMs: number;
};

/** A request as bytes, and the uid that its response must have. */
type Call = { readonly bytes: Buffer; readonly uid: Buffer };

/** Time allowed for connecting and for the last responses, in addition to the slice itself. */
const GRACE_MS = 10_000;

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n');
const STATUS_OK = 'HTTP/1.1 200 ';

const options = {
  port: { type: 'string', default: '' },
  ca: { type: 'string', default: '' },
  bodies: { type: 'string', default: '' },
  connections: { type: 'string', default: '1' },
  seconds: { type: 'string', default: '1' },
  'server-pid': { type: 'string', default: '' },
} as const;
const { values } = parseArgs({ options });
const port = Number(values.port);
const ca = readFileSync(values.ca);
const requests = readdirSync(values.bodies).map((name) => {
  const body = readFileSync(join(values.bodies, name));
  const { request } = JSON.parse(body.toString()) as { request: { uid: string } };
  return { bytes: encodeRequest(body), uid: Buffer.from(request.uid) };
});
const latenciesMs: number[] = [];
let sent = 0;
let running = true;

function next(): Call {
  const call = requests[sent++ % requests.length];
  if (call === undefined) throw new Error(`${values.bodies} has no review`);
  return call;
}

function encodeRequest(body: Buffer): Buffer {
  // The same headers as an API server sends (apiserver/pkg/util/webhook, client-go/rest).
  const head = [
    'POST /mutate?timeout=3s HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'User-Agent: kube-apiserver-admission',
    `Content-Length: ${body.length}`,
    'Accept: application/json, */*',
    'Content-Type: application/json',
    'Accept-Encoding: gzip',
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

function open(): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const socket = connect({ host: '127.0.0.1', port, ca });
  socket.setNoDelay(true);
  socket.once('secureConnect', () => resolve(socket));
  socket.once('error', reject);
  return promise;
}

/** Sends reviews over one connection, each after the response to the one before, until time is up. */
function drive(socket: TLSSocket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let received: Buffer | undefined;
  let sentAtMs = 0;
  let call = next();
  const send = () => {
    sentAtMs = performance.now();
    socket.write(call.bytes);
  };
  socket.on('data', (chunk: Buffer) => {
    received = received === undefined ? chunk : Buffer.concat([received, chunk]);
    try {
      if (!isComplete(received, call.uid)) return;
    } catch (error) {
      return reject(error);
    }
    received = undefined;
    latenciesMs.push(performance.now() - sentAtMs);
    if (!running) return resolve();
    call = next();
    send();
  });
  socket.once('error', reject);
  socket.once('close', () => reject(new Error('the server closed a connection')));
  send();
  return promise;
}

function isComplete(received: Buffer, uid: Buffer): boolean {
  const end = responseEnd(received);
  if (end === undefined || received.length < end) return false;
  if (received.length > end) throw new Error('the server sent more than one response');
  if (!received.includes(uid)) throw new Error(`the response has no or another uid:\n${received}`);
  return true;
}

/**
 * Returns the length in bytes of an HTTP/1.1 response, head included, or undefined if too little of
 * it has arrived to know. Throws if its status is not 200.
 */
function responseEnd(received: Buffer): number | undefined {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd === -1) return undefined;
  const head = received.toString('latin1', 0, headEnd);
  if (!head.startsWith(STATUS_OK)) throw new Error(`expected a 200, got\n${received}`);
  const bodyStart = headEnd + HEAD_END.length;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return bodyStart + Number(length);
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) {
    throw new Error(`the response has neither Content-Length nor chunks:\n${head}`);
  }
  const lastChunk = received.indexOf(LAST_CHUNK, bodyStart - 2);
  return lastChunk === -1 ? undefined : lastChunk + LAST_CHUNK.length;
}

async function measure(): Promise<Slice> {
  const sockets = await Promise.all(Array.from({ length: Number(values.connections) }, open));
  const serverPid = Number(values['server-pid']);
  const before = { server: cpuMs(serverPid), client: cpuMs(process.pid), at: performance.now() };
  setTimeout(() => {
    running = false;
  }, Number(values.seconds) * 1000);
  await Promise.all(sockets.map(drive));
  const seconds = (performance.now() - before.at) / 1000;
  const serverCpuMs = cpuMs(serverPid) - before.server;
  const clientCpuMs = cpuMs(process.pid) - before.client;
  for (const socket of sockets) socket.removeAllListeners('close').destroy();
  const sorted = Float64Array.from(latenciesMs).sort();
  return {
    reviews: sorted.length,
    seconds,
    requestsPerSecond: sorted.length / seconds,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    serverCpuMs,
    clientCpuMs,
  };
}

setTimeout(
  () => fail(new Error('timed out waiting for responses')),
  Number(values.seconds) * 1000 + GRACE_MS,
).unref();

function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

measure().then((slice) => console.log(JSON.stringify(slice)), fail);
