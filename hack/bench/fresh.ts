import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundle } from '../image/bundle.ts';
import type { FreshLoad } from './fresh-load.ts';
import { median } from './measurements.ts';
import { LOAD_CORE, runForJson, SERVER_CORE, startPinned } from './processes.ts';
import {
  bareArgs,
  environment,
  freePort,
  SOME_PATCH,
  serveArgs,
  type Workspace,
} from './servers.ts';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const LOAD = path('./fresh-load.ts');
const REVIEWS = path('../../test/reviews');

/** Reviews per second, and for how long: a busy cluster, and long enough for the percentiles. */
const RATE = 100;
const SECONDS = 10;

const START_LIMIT_MS = 20_000;
const POLL_MS = 5;

/** The measurements of one server. */
interface FreshRun extends FreshLoad {
  readonly readyMs: number;
}

const COLUMNS: readonly (readonly [string, (run: FreshRun) => number])[] = [
  ['ready ms', ({ readyMs }) => readyMs],
  ['first ms', ({ first }) => first[0] ?? Number.NaN],
  ['slowest of 10', ({ first }) => Math.max(...first)],
  ['p50 ms', ({ p50Ms }) => p50Ms],
  ['p99 ms', ({ p99Ms }) => p99Ms],
  ['CPU ms/review', ({ cpuMsPerReview }) => cpuMsPerReview],
  ['idle MiB', ({ idleMiB }) => idleMiB],
  ['loaded MiB', ({ loadedMiB }) => loadedMiB],
];

/**
 * Starts podherald and the bare server in turn and puts a low rate on each: most clusters never load a webhook fully, and
 * replicas are often young. Prints the medians over the rounds, and podherald's divided by the bare server's.
 */
export async function compareFresh(
  space: Workspace,
  rounds: number,
  nodeFlags: readonly string[],
  progress: (text: string) => void,
): Promise<string> {
  progress('writing the bundle that the image runs');
  const program = join(space.folder, 'dist/main.js');
  await bundle(space.folder);
  const [bare, podherald]: [FreshRun[], FreshRun[]] = [[], []];
  for (let round = 1; round <= rounds; round++) {
    progress(`round ${round} of ${rounds}`);
    const [port, otherPort, adminPort] = [await freePort(), await freePort(), await freePort()];
    bare.push(await run(space, bareArgs(space, port, SOME_PATCH), port, port));
    const args = [...nodeFlags, program, ...serveArgs(space, otherPort, adminPort)];
    podherald.push(await run(space, args, otherPort, adminPort));
  }
  const rows = COLUMNS.map(([title, of]) => {
    const [one, other] = [median(bare.map(of)), median(podherald.map(of))];
    const cells = [one.toFixed(2), other.toFixed(2), (other / one).toFixed(2)];
    return [title.padEnd(14), ...cells.map((cell) => cell.padStart(10))].join('');
  });
  const load = `${RATE} reviews/s for ${SECONDS} s after the start, every tenth on a new connection; ${rounds} rounds`;
  return [load, '', `${' '.repeat(14)}      bare podherald     ratio`, ...rows].join('\n');
}

async function run(
  space: Workspace,
  args: readonly string[],
  port: number,
  readyPort: number,
): Promise<FreshRun> {
  const startedMs = performance.now();
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  const child = startPinned(SERVER_CORE, args, { stdio: [...stdio], env: environment(space) });
  try {
    while (!(readyPort === port ? await listens(port) : await isReady(readyPort))) {
      if (child.exitCode !== null || performance.now() - startedMs > START_LIMIT_MS) {
        throw new Error(`${args.join(' ')} does not start`);
      }
      await setTimeout(POLL_MS);
    }
    const readyMs = performance.now() - startedMs;
    const load = await runForJson<FreshLoad>(LOAD_CORE, loadArgs(space, child, port));
    return { ...load, readyMs };
  } finally {
    child.kill('SIGKILL');
    if (child.exitCode === null) await once(child, 'exit');
  }
}

function loadArgs(space: Workspace, { pid = 0 }: ChildProcess, port: number): string[] {
  const target = ['--port', String(port), '--ca', space.certFile, '--server-pid', String(pid)];
  return [
    LOAD,
    ...target,
    '--reviews',
    REVIEWS,
    '--rate',
    String(RATE),
    '--seconds',
    String(SECONDS),
  ];
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function isReady(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
  return response?.status === 200;
}
