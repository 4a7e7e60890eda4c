import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Both servers run on one core, loaded in turn. The load generator runs on another core. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

const running = new Set<ChildProcess>();

export const canPin = spawnSync('taskset', ['-V']).status === 0;

/** Moves this process to the core of the load generator, so that it takes no time from the servers. */
export function pinSelf(): void {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', String(LOAD_CORE), String(process.pid)]);
}

/**
 * Starts a Node script, or another program, on one core. The pid of the child is that of the program, because
 * taskset replaces itself with it. Without taskset, it runs on any core.
 */
export function startPinned(
  core: number,
  args: readonly string[],
  options: { stdio: StdioOptions; env?: NodeJS.ProcessEnv; program?: string },
): ChildProcess {
  const pin = canPin ? ['taskset', '-c', String(core)] : [];
  const { program = process.execPath, ...others } = options;
  const [command = '', ...rest] = [...pin, program, ...args];
  const child = spawn(command, rest, others);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Runs a Node script on one core and returns the JSON that it prints. Throws if the script fails. */
export async function runForJson<T>(core: number, args: readonly string[]): Promise<T> {
  const child = startPinned(core, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  if (child.stdout === null || child.stderr === null)
    throw new Error('the child has no stdout or stderr pipe');
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    child.exitCode ?? once(child, 'exit'),
  ]);
  if (child.exitCode !== 0)
    throw new Error(`${args[0]} failed (${child.exitCode ?? child.signalCode}):\n${stderr.trim()}`);
  return JSON.parse(stdout) as T;
}

/** Kills all child processes. They have no state to save. */
export function endChildren(): void {
  for (const child of running) child.kill('SIGKILL');
}
