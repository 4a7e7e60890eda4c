import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { rssMiB } from '../bench/measurements.ts';
import { LOAD_CORE, runForJson } from '../bench/processes.ts';
import type { Review } from '../bench/review.ts';
import { type Server, startPodherald, type Workspace } from '../bench/servers.ts';
import type { AttackName, Tally } from './attacks.ts';
import { Probe, type Summary, send } from './probe.ts';

/** What the manifests give a replica. */
export type Manifest = {
  readonly memoryMiB: number;
  readonly graceSeconds: number;
  readonly shutdownDelay: string;
};

/** The result of one row. */
export type Row = Recovery & {
  readonly name: AttackName;
  /** On the kept-alive connection, and on new ones. */
  readonly kept: Summary;
  readonly fresh: Summary;
  /** On both, until the attack ended. */
  readonly attacked: Summary;
  readonly startMiB: number;
  readonly peakMiB: number;
  /** From SIGTERM; undefined if the process had to be killed. */
  readonly exitSeconds: number | undefined;
  /** Why the process ended before it was told to. */
  readonly died: string | undefined;
  readonly tally: Tally | undefined;
  /** How late the probe was because its own core was busy. */
  readonly ownDelayMs: number;
  /** The share (0 to 1) of the time in which podherald waited for its core. */
  readonly waitShare: number;
};

/** After this, a row does not wait any longer for normal memory and latency. */
export const RECOVERY_LIMIT_SECONDS = 30;

/** Memory is normal if there is at most this much more of it than before: V8 keeps some for later. */
export const NORMAL_MEMORY_MIB = 64;

/** Latency is normal if all reviews of a second are below this, or below thrice what they took before. */
const NORMAL_LATENCY_MS = 50;
const CALM_MS = 1000;

const WARM_UP_REVIEWS = 2000;
const WARM_UP_CONNECTIONS = 8;
const BASELINE_SECONDS = 2;

/** Before SIGTERM: less than podherald allows a body. */
const STALL_SECONDS = 3;

const ATTACKS_SCRIPT = fileURLToPath(new URL('./attacks.ts', import.meta.url));

/** Reads what the manifests give a replica. */
export function readManifest(): Manifest {
  const file = new URL('../../deploy/overlays/self-managed/50-deployment.yaml', import.meta.url);
  const { spec } = parse(readFileSync(file, 'utf8')).spec.template;
  const [{ args, resources }] = spec.containers;
  return {
    memoryMiB: Number.parseInt(resources.limits.memory, 10),
    graceSeconds: spec.terminationGracePeriodSeconds,
    shutdownDelay: args.find((arg: string) => arg.startsWith('--shutdown-delay=')),
  };
}

/** As V8 chooses it on 64 bits: half of the memory that the container may use. */
export function heapMiB({ memoryMiB }: Manifest): number {
  return memoryMiB / 2;
}

/** Starts podherald, attacks it for some seconds, waits until it is normal again, and ends it. */
export async function runRow(
  name: AttackName,
  seconds: number,
  manifest: Manifest,
  space: Workspace,
  review: Review,
): Promise<Row> {
  const server = await startPodherald(space, review, {
    nodeFlags: [`--max-old-space-size=${heapMiB(manifest)}`],
    flags: [manifest.shutdownDelay],
  });
  await warmUp(server, space.ca, review);
  const memory = new Memory(server.pid);
  const probe = new Probe(server.port, space.ca, review);
  const before = await observe(probe, memory);

  const fromMs = performance.now();
  const waitedMs = waitMs(server.pid);
  const isSigterm = name === 'sigterm';
  const attack = isSigterm
    ? startAttack(name, server, STALL_SECONDS + manifest.graceSeconds)
    : startAttack(name, server, seconds);
  await (isSigterm ? sleep(STALL_SECONDS * 1000) : attack);
  const attackedUntilMs = performance.now();
  const recovery = isSigterm ? {} : await recover(server, probe, memory, before);
  const toMs = performance.now();
  const waitShare = (waitMs(server.pid) - waitedMs) / (toMs - fromMs);
  const died = diedOf(server);
  // While it shuts down, the API server sends its reviews to other replicas.
  const exit = end(server, manifest.graceSeconds);
  await probe.stop();
  const exitSeconds = await exit;
  memory.stop();
  return {
    name,
    kept: probe.between(fromMs, toMs, false),
    fresh: probe.between(fromMs, toMs, true),
    attacked: probe.between(fromMs, attackedUntilMs),
    startMiB: before.memoryMiB,
    peakMiB: memory.peakMiB,
    ...recovery,
    exitSeconds,
    died,
    tally: await attack,
    ownDelayMs: probe.ownDelayMs,
    waitShare,
  };
}

/** Without an attack. */
type Before = { readonly p99Ms: number; readonly memoryMiB: number };

async function observe(probe: Probe, memory: Memory): Promise<Before> {
  const fromMs = performance.now();
  probe.start();
  await sleep(BASELINE_SECONDS * 1000);
  return {
    p99Ms: probe.between(fromMs, performance.now()).p99Ms,
    memoryMiB: memory.nowMiB,
  };
}

function startAttack(name: AttackName, server: Server, seconds: number): Promise<Tally> {
  const target = [String(server.port), String(server.adminPort), String(seconds)];
  return runForJson<Tally>(LOAD_CORE, [ATTACKS_SCRIPT, name, ...target]);
}

/** Sends reviews until V8 has compiled the code and the heap has the size of normal use. */
async function warmUp({ port }: Server, ca: string, review: Review): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: WARM_UP_CONNECTIONS });
  const client = async (): Promise<void> => {
    for (let sent = 0; sent < WARM_UP_REVIEWS / WARM_UP_CONNECTIONS; sent++) {
      await send({ port, ca, agent }, review);
    }
  };
  await Promise.all(Array.from({ length: WARM_UP_CONNECTIONS }, client));
  agent.destroy();
}

/** The seconds after the attack; absent for what did not get normal in time. */
type Recovery = {
  readonly latencyNormalAfterSeconds?: number;
  readonly memoryNormalAfterSeconds?: number;
};

async function recover(
  server: Server,
  probe: Probe,
  memory: Memory,
  before: Before,
): Promise<Recovery> {
  const fromMs = performance.now();
  const normalMs = Math.max(NORMAL_LATENCY_MS, 3 * before.p99Ms);
  const secondsUntil = (atMs: number): number => (atMs - fromMs) / 1000;
  let calmFromMs = fromMs;
  let latency: number | undefined;
  let size: number | undefined;
  while (performance.now() - fromMs < RECOVERY_LIMIT_SECONDS * 1000) {
    await sleep(100);
    const nowMs = performance.now();
    if (diedOf(server) !== undefined) break;
    for (const { dueAtMs, ms, lost } of probe.samples.slice(-100)) {
      if (lost !== undefined || ms > normalMs) calmFromMs = Math.max(calmFromMs, dueAtMs + ms);
    }
    if (nowMs - calmFromMs > CALM_MS) latency ??= secondsUntil(calmFromMs);
    if (memory.nowMiB <= before.memoryMiB + NORMAL_MEMORY_MIB) size ??= secondsUntil(nowMs);
    if (latency !== undefined && size !== undefined) break;
  }
  return {
    ...(latency !== undefined && { latencyNormalAfterSeconds: latency }),
    ...(size !== undefined && { memoryNormalAfterSeconds: size }),
  };
}

function diedOf({ child, log }: Server): string | undefined {
  const { exitCode, signalCode } = child;
  if (exitCode === null && signalCode === null) return undefined;
  const isHeap = log.tail.includes('heap out of memory');
  return isHeap ? 'heap out of memory' : `exit ${exitCode ?? signalCode}`;
}

/** Ends podherald as the kubelet does. @returns the seconds it took; undefined if it had to be killed. */
async function end({ child }: Server, graceSeconds: number): Promise<number | undefined> {
  if (child.exitCode !== null || child.signalCode !== null) return undefined;
  const fromMs = performance.now();
  const { promise, resolve } = Promise.withResolvers<void>();
  let isKilled = false;
  child.once('exit', () => resolve());
  const limit = setTimeout(() => {
    isKilled = true;
    child.kill('SIGKILL');
  }, graceSeconds * 1000);
  child.kill('SIGTERM');
  await promise;
  clearTimeout(limit);
  return isKilled ? undefined : (performance.now() - fromMs) / 1000;
}

/** How long the main thread has waited for a core so far; NaN if it has ended. */
function waitMs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** The resident memory of a process, read every 20 ms. */
class Memory {
  nowMiB = 0;
  peakMiB = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    const read = (): void => {
      try {
        this.nowMiB = rssMiB(pid);
        this.peakMiB = Math.max(this.peakMiB, this.nowMiB);
      } catch {
        // The process has ended.
      }
    };
    read();
    this.#timer = setInterval(read, 20);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
