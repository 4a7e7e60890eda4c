/**
 * The load: keep-alive TLS connections with one review in flight on each, for some seconds, as a
 * process of its own. It must cost far less CPU than the server, so it writes bytes encoded once
 * and looks at no more of an answer than its status, its length and the uid.
 * Prints one line of JSON (Slice). Only ever connects to 127.0.0.1.
 */

import { readFileSync } from 'node:fs';
import { connect, type TLSSocket } from 'node:tls';
import { parseArgs } from 'node:util';
import { cpuMs } from './proc.ts';
import { responseEnd } from './response.ts';
import { quantile } from './statistics.ts';

/** What one slice of load measured. */
export type Slice = {
  readonly reviews: number;
  readonly seconds: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly serverCpuMs: number;
  readonly clientCpuMs: number;
};

/** Connecting and the last answers may take this long beyond the slice itself. */
const GRACE_MS = 10_000;

const options = {
  port: { type: 'string', default: '' },
  ca: { type: 'string', default: '' },
  body: { type: 'string', default: '' },
  uid: { type: 'string', default: '' },
  connections: { type: 'string', default: '1' },
  seconds: { type: 'string', default: '1' },
  'server-pid': { type: 'string', default: '' },
} as const;
const { values } = parseArgs({ options });
const port = Number(values.port);
const ca = readFileSync(values.ca);
const uid = Buffer.from(values.uid);
const requestBytes = encodeRequest(readFileSync(values.body));
const latenciesMs: number[] = [];
let running = true;

function encodeRequest(body: Buffer): Buffer {
  // The headers that an API server sends (apiserver/pkg/util/webhook, client-go/rest).
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

/** Sends a review, awaits its answer, sends the next, until the slice is over. */
function drive(socket: TLSSocket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let received: Buffer | undefined;
  let sentAtMs = 0;
  const send = () => {
    sentAtMs = performance.now();
    socket.write(requestBytes);
  };
  socket.on('data', (chunk: Buffer) => {
    received = received === undefined ? chunk : Buffer.concat([received, chunk]);
    try {
      if (!isComplete(received)) return;
    } catch (error) {
      return reject(error);
    }
    received = undefined;
    latenciesMs.push(performance.now() - sentAtMs);
    if (running) send();
    else resolve();
  });
  socket.once('error', reject);
  socket.once('close', () => reject(new Error('the server closed a connection under load')));
  send();
  return promise;
}

function isComplete(received: Buffer): boolean {
  const end = responseEnd(received);
  if (end === undefined || received.length < end) return false;
  if (received.length > end) throw new Error('more bytes than one answer');
  if (!received.includes(uid)) throw new Error(`an answer without the uid:\n${received}`);
  return true;
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
  () => fail(new Error('answers stopped coming')),
  Number(values.seconds) * 1000 + GRACE_MS,
).unref();

function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

measure().then((slice) => console.log(JSON.stringify(slice)), fail);
