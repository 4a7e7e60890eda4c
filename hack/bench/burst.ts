/**
 * A rollout in a large cluster, with the loss of a replica in its middle: 10,000 pods of 200 templates in one minute, from
 * three API servers, to two replicas on one CPU core, of which one is killed after half a minute. Until the endpoints
 * of its Service are updated, a second later, calls still go to it. Prints how the reviews ended.
 */

import { rmSync } from 'node:fs';
import { Agent } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import { bundle } from '../image/bundle.ts';
import { cpuMs, quantile, rssMiB } from './measurements.ts';
import { endChildren, pinSelf, SERVER_CORE, startPinned } from './processes.ts';
import { type Review, readAllReviews, sendReview } from './review.ts';
import {
  environment,
  freePort,
  imageArgs,
  isReady,
  makeWorkspace,
  type Workspace,
} from './servers.ts';

const PODS = 10_000;
const TEMPLATES = 200;
const MINUTE_MS = 60_000;
const API_SERVERS = 3;
const KILL_AT_MS = MINUTE_MS / 2;
const ENDPOINT_DELAY_MS = 1_000;
/** The timeout of the manifests. */
const TIMEOUT_MS = 3_000;

interface Replica {
  readonly port: number;
  readonly pid: number;
  readonly kill: () => void;
}

interface Reviewed {
  readonly atMs: number;
  readonly tookMs: number;
  readonly failure?: string;
}

/** The captured reviews of pods, in turn, as many as there are templates. */
function templates(): Review[] {
  const pods = readAllReviews().filter(({ body }) => {
    const { request } = JSON.parse(body) as { request: { resource?: { resource?: string } } };
    return request.resource?.resource === 'pods';
  });
  return Array.from({ length: TEMPLATES }, (_, at) => pods[at % pods.length] as Review);
}

async function startReplica(space: Workspace): Promise<Replica> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const args = imageArgs(space, port, adminPort);
  const env = environment(space);
  const child = startPinned(SERVER_CORE, args, { stdio: ['ignore', 'ignore', 'ignore'], env });
  for (let tries = 0; !(await isReady(adminPort)); tries++) {
    if (tries > 500) throw new Error('a replica did not become ready within 10 s');
    await setTimeout(20);
  }
  return { port, pid: child.pid ?? 0, kill: () => void child.kill('SIGKILL') };
}

async function burst(space: Workspace): Promise<void> {
  await bundle(space.folder);
  const [first, second] = [await startReplica(space), await startReplica(space)];
  let endpoints: readonly Replica[] = [first, second];
  const agents = Array.from({ length: API_SERVERS }, () => new Agent({ keepAlive: true }));
  const reviewsToSend = templates();
  const startMs = performance.now();
  const sinceStartMs = () => performance.now() - startMs;
  const cpuBeforeMs = [cpuMs(first.pid), cpuMs(second.pid)];
  let cpuUntilKillMs = 0;
  const kill = setTimeout(KILL_AT_MS).then(async () => {
    cpuUntilKillMs = cpuMs(first.pid) - (cpuBeforeMs[0] ?? 0);
    first.kill();
    await setTimeout(ENDPOINT_DELAY_MS);
    endpoints = [second];
  });
  const reviews: Promise<Reviewed>[] = [];
  for (let at = 0; at < PODS; at++) {
    await setTimeout(Math.max(0, (at * MINUTE_MS) / PODS - sinceStartMs()));
    reviews.push(reviewOne(at));
  }
  const done = await Promise.all(reviews);
  await kill;
  printTable(done);
  const cpuOfSecondMs = cpuMs(second.pid) - (cpuBeforeMs[1] ?? 0);
  console.log(`CPU of the replica that was killed: ${share(cpuUntilKillMs, KILL_AT_MS)} of a core`);
  console.log(
    `CPU of the other, in the whole minute: ${share(cpuOfSecondMs, MINUTE_MS)} of a core`,
  );
  console.log(`memory of the other: ${rssMiB(second.pid).toFixed(0)} MiB`);
  for (const agent of agents) agent.destroy();

  async function reviewOne(at: number): Promise<Reviewed> {
    const atMs = sinceStartMs();
    const agent = agents[at % API_SERVERS] as Agent;
    const replica = endpoints[Math.floor(Math.random() * endpoints.length)] as Replica;
    const review = reviewsToSend[at % TEMPLATES] as Review;
    const call = sendReview(replica.port, space.ca, review, { agent, timeoutMs: TIMEOUT_MS });
    const failure = await call.then(
      (answer) => (answer.includes('"allowed":') ? undefined : 'no review'),
      (error: Error) => error.message.replace(/ \d.*/, ''),
    );
    const tookMs = sinceStartMs() - atMs;
    return failure === undefined ? { atMs, tookMs } : { atMs, tookMs, failure };
  }
}

function printTable(done: readonly Reviewed[]): void {
  const lost = KILL_AT_MS + ENDPOINT_DELAY_MS;
  const parts = {
    'two replicas': done.filter(({ atMs }) => atMs < KILL_AT_MS),
    'the second of the loss': done.filter(({ atMs }) => atMs >= KILL_AT_MS && atMs < lost),
    'one replica': done.filter(({ atMs }) => atMs >= lost),
  };
  const rows = Object.entries(parts).map(([when, reviews]) => {
    const answered = reviews.filter(({ failure }) => failure === undefined);
    const sorted = Float64Array.from(answered, ({ tookMs }) => tookMs).sort();
    const ms = (at: number) => Number(quantile(sorted, at).toFixed(1));
    const counts = { reviews: reviews.length, failed: reviews.length - answered.length };
    return [when, { ...counts, 'p50 ms': ms(0.5), 'p99 ms': ms(0.99), 'max ms': ms(1) }];
  });
  console.table(Object.fromEntries(rows));
  const failures = new Set(done.flatMap(({ failure }) => failure ?? []));
  if (failures.size > 0) console.log(`failures: ${[...failures].join(', ')}`);
}

function share(usedMs: number, overMs: number): string {
  return `${Math.round((usedMs / overMs) * 100)} %`;
}

pinSelf();
process.once('exit', endChildren);
const space = await makeWorkspace();
try {
  await burst(space);
} finally {
  endChildren();
  rmSync(space.folder, { recursive: true, force: true });
}
