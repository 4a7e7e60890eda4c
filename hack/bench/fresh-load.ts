/**
 * The load of a cluster in use, on a server that was just started: reviews at a constant rate, in turn from a folder, every
 * tenth on a new TLS connection. Prints one line of JSON (FreshLoad).
 */

import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { cpuMs, quantile, rssMiB } from './measurements.ts';

/** The measurements of a run: times in ms, memory in MiB. */
export interface FreshLoad {
  readonly reviews: number;
  readonly first: readonly number[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMsPerReview: number;
  readonly idleMiB: number;
  readonly loadedMiB: number;
}

const option = { type: 'string', default: '' } as const;
const { values } = parseArgs({
  options: {
    port: option,
    ca: option,
    reviews: option,
    rate: option,
    seconds: option,
    'server-pid': option,
  },
});

const pid = Number(values['server-pid']);
const keepAlive = new Agent({ keepAlive: true, maxSockets: 8 });
const bodies = readdirSync(values.reviews)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .map((name) => readFileSync(join(values.reviews, name)));

/** Sends a review. Returns the time in ms until its response has been read. */
async function send(body: Buffer, agent: Agent): Promise<number> {
  const startMs = performance.now();
  const call = request({
    ...{ host: '127.0.0.1', port: values.port, path: '/mutate?timeout=3s', method: 'POST', agent },
    ca: readFileSync(values.ca),
    headers: {
      'User-Agent': 'kube-apiserver-admission',
      Accept: 'application/json, */*',
      'Content-Type': 'application/json',
      'Content-Length': body.length,
    },
  });
  call.end(body);
  const [response] = await once(call, 'response');
  const answer = await text(response);
  if (response.statusCode !== 200 || !answer.includes('"allowed":')) {
    throw new Error(`expected a response with 200, got ${response.statusCode}: ${answer}`);
  }
  return performance.now() - startMs;
}

async function run(): Promise<FreshLoad> {
  const idleMiB = rssMiB(pid);
  const [rate, seconds] = [Number(values.rate), Number(values.seconds)];
  const beforeMs = cpuMs(pid);
  const startMs = performance.now();
  const pending: Promise<number>[] = [];
  for (let at = 0; at < rate * seconds; at++) {
    await setTimeout(Math.max(0, startMs + (at * 1000) / rate - performance.now()));
    const body = bodies[at % bodies.length] ?? Buffer.alloc(0);
    pending.push(send(body, at % 10 === 0 ? new Agent({ keepAlive: false }) : keepAlive));
  }
  const times = await Promise.all(pending);
  const sorted = Float64Array.from(times).sort();
  return {
    reviews: times.length,
    first: times.slice(0, 10),
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    cpuMsPerReview: (cpuMs(pid) - beforeMs) / times.length,
    idleMiB,
    loadedMiB: rssMiB(pid),
  };
}

console.log(JSON.stringify(await run()));
keepAlive.destroy();
