import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { BARE_ENVIRONMENT, type Ended } from './run-command.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

const env = { ...process.env, ...BARE_ENVIRONMENT };

/** Runs podherald as a process until it ends. Kills it when the test ends. */
export function runProgram(
  args: readonly string[],
  stdin = '',
  more: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...env, ...more } });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.end(stdin);
  return ended(child);
}

/** Runs a line of bash in which `podherald` starts a process. */
export function shell(line: string): Promise<Ended> {
  const name = `podherald() { "${process.execPath}" "${MAIN}" "$@"; }`;
  return ended(spawn('bash', ['-c', `set -o pipefail; ${name}; ${line}`], { env }));
}

async function ended(child: ChildProcess): Promise<Ended> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the program has no output to read');
  const [out, err] = [buffer(stdout), buffer(stderr)];
  const [code] = await once(child, 'close');
  return { code, stdout: (await out).toString(), stderr: (await err).toString() };
}

/** A running podherald process. */
export interface Running {
  /** Waits for a text on standard output. @returns all output so far. */
  until(awaited: string): Promise<string>;
  stop(signal: NodeJS.Signals): Promise<Ended>;
}

/** Starts podherald as a process. Kills it when the test ends. */
export function startPodherald(
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Running {
  const running = launchPodherald(args, more);
  onTestFinished(() => void running.stop('SIGKILL'));
  return running;
}

/** Starts podherald as a process that several tests use. The caller must stop it. */
export function launchPodherald(
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = ended(child);
  let written = '';
  child.stdout.on('data', (chunk: Buffer) => {
    written += chunk.toString();
  });
  return {
    async until(awaited) {
      while (!written.includes(awaited)) {
        const data = once(child.stdout, 'data');
        const over = end.then(({ stderr }) => Promise.reject(new Error(`it ended: ${stderr}`)));
        await Promise.race([data, over]);
      }
      return written;
    },
    stop(signal) {
      child.kill(signal);
      return end;
    },
  };
}
