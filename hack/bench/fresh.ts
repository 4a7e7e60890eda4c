import { type ChildProcess, spawnSync } from 'node:child_process';
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
  imageArgs,
  isReady,
  SOME_PATCH,
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

const COLUMNS = {
  'ready ms': ({ readyMs }) => readyMs,
  'first ms': ({ first }) => first[0] ?? Number.NaN,
  'slowest of 10': ({ first }) => Math.max(...first),
  'p50 ms': ({ p50Ms }) => p50Ms,
  'p99 ms': ({ p99Ms }) => p99Ms,
  'CPU ms/review': ({ cpuMsPerReview }) => cpuMsPerReview,
  'idle MiB': ({ idleMiB }) => idleMiB,
  'loaded MiB': ({ loadedMiB }) => loadedMiB,
} satisfies Record<string, (run: FreshRun) => number>;

type Column = keyof typeof COLUMNS;

/** The medians of each server over the rounds, by the server's name. */
export type FreshResult = Readonly<Record<string, Readonly<Record<Column, number>>>>;

interface Candidate {
  readonly name: string;
  /** A program other than Node. */
  readonly program?: string;
  readonly args: (port: number, adminPort: number) => string[];
  /** Whether the admin port tells when it is ready. Others are ready when they listen. */
  readonly hasReadyz?: boolean;
}

/**
 * Starts podherald, the bare server and, if asked, the Go server in turn, and puts a low rate on each: most clusters
 * never load a webhook fully, and replicas are often young.
 */
export async function measureFresh(
  space: Workspace,
  { rounds, nodeFlags, go }: { rounds: number; nodeFlags: readonly string[]; go: boolean },
  progress: (text: string) => void,
): Promise<FreshResult> {
  progress('building the servers');
  await bundle(space.folder);
  const candidates = [bareServer(space), podherald(space, nodeFlags)];
  if (go) candidates.push(goServer(space));
  const runs = candidates.map(({ name }) => ({ name, runs: [] as FreshRun[] }));
  for (let round = 1; round <= rounds; round++) {
    progress(`round ${round} of ${rounds}`);
    for (const [at, candidate] of candidates.entries()) {
      runs[at]?.runs.push(await run(space, candidate));
    }
  }
  return Object.fromEntries(runs.map(({ name, runs }) => [name, mediansOf(runs)]));
}

function mediansOf(runs: readonly FreshRun[]): Readonly<Record<Column, number>> {
  const columns = Object.entries(COLUMNS).map(([title, of]) => [title, median(runs.map(of))]);
  return Object.fromEntries(columns);
}

/** Returns the result as a table, with each server divided by the bare one. */
export function renderFresh(result: FreshResult, rounds: number): string {
  const { bare, ...others } = result;
  const names = Object.keys(others);
  const head = ['bare', ...names, ...names.map((name) => `${name}/bare`)];
  const rows = (Object.keys(COLUMNS) as Column[]).map((column) => {
    const base = bare?.[column] ?? Number.NaN;
    const values = names.map((name) => others[name]?.[column] ?? Number.NaN);
    return line(column, [base, ...values, ...values.map((value) => value / base)]);
  });
  const load = `${RATE} reviews/s for ${SECONDS} s after the start, every tenth on a new connection; ${rounds} rounds`;
  const title = ''.padEnd(14) + head.map((name) => name.padStart(16)).join('');
  return [load, '', title, ...rows].join('\n');
}

function line(title: string, values: readonly number[]): string {
  return title.padEnd(14) + values.map((value) => value.toFixed(2).padStart(16)).join('');
}

function bareServer(space: Workspace): Candidate {
  return { name: 'bare', args: (port) => bareArgs(space, port, SOME_PATCH) };
}

function podherald(space: Workspace, nodeFlags: readonly string[]): Candidate {
  return {
    name: 'podherald',
    args: (port, adminPort) => [...nodeFlags, ...imageArgs(space, port, adminPort)],
    hasReadyz: true,
  };
}

/** Needs Go, and the module proxy if the modules are not in Go's cache. */
function goServer(space: Workspace): Candidate {
  const program = join(space.folder, 'go-floor');
  const build = spawnSync('go', ['build', '-o', program, '.'], { cwd: path('./go-floor') });
  if (build.status !== 0) {
    throw new Error(`cannot build the Go server: ${build.error?.message ?? build.stderr}`);
  }
  return { name: 'go', program, args: (port) => bareArgs(space, port, SOME_PATCH).slice(1) };
}

async function run(space: Workspace, candidate: Candidate): Promise<FreshRun> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const args = candidate.args(port, adminPort);
  const isUp = () => (candidate.hasReadyz === true ? isReady(adminPort) : listens(port));
  const startedMs = performance.now();
  const child = startPinned(SERVER_CORE, args, {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: environment(space),
    ...(candidate.program === undefined ? {} : { program: candidate.program }),
  });
  try {
    while (!(await isUp())) {
      if (child.exitCode !== null || performance.now() - startedMs > START_LIMIT_MS) {
        throw new Error(`${candidate.name} does not start: ${args.join(' ')}`);
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
  const rate = ['--rate', String(RATE), '--seconds', String(SECONDS)];
  return [LOAD, ...target, '--reviews', REVIEWS, ...rate];
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
