import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** The servers share one core, in turns; the load has another. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

const running = new Set<ChildProcess>();

export const canPin = spawnSync('taskset', ['-V']).status === 0;

/** This process reads the logs and starts the load: it must not take time from the servers. */
export function pinSelf(): void {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', String(LOAD_CORE), String(process.pid)]);
}

/** Runs a script with this Node on one core; taskset execs it, so the pid is the script's own. */
export function startPinned(
  core: number,
  args: readonly string[],
  options: { stdio: StdioOptions; env?: NodeJS.ProcessEnv },
): ChildProcess {
  const pin = canPin ? ['taskset', '-c', String(core)] : [];
  const [command = '', ...rest] = [...pin, process.execPath, ...args];
  const child = spawn(command, rest, options);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Runs a script to its end and parses the JSON that it prints. */
export async function runForJson<T>(core: number, args: readonly string[]): Promise<T> {
  const child = startPinned(core, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  if (child.stdout === null || child.stderr === null) throw new Error('no pipe to a child');
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    child.exitCode ?? once(child, 'exit'),
  ]);
  if (child.exitCode !== 0) throw new Error(`${args[0]} failed:\n${stderr.trim()}`);
  return JSON.parse(stdout) as T;
}

/** Nothing that they hold is worth a slow goodbye. */
export function endChildren(): void {
  for (const child of running) child.kill('SIGKILL');
}
