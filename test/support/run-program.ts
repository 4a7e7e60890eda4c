import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** How a program ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Of a user who has no cluster and no config, whoever runs the tests. */
const {
  KUBECONFIG: _,
  PODHERALD_CONFIG: __,
  KUBERNETES_SERVICE_HOST: ___,
  ...OTHERS
} = process.env;
const env = { ...OTHERS, HOME: tmpdir() };

/** Runs the real program to its end, or the test's. */
export function podherald(
  args: readonly string[],
  stdin = '',
  more: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...env, ...more } });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.end(stdin);
  return ended(child);
}

/** Runs a line of shell in which `podherald` is the real program. */
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

/** The real program while it runs; it is killed with the test at the latest. */
export interface Running {
  /** All of its standard output, as soon as that holds the text. */
  until(awaited: string): Promise<string>;
  stop(signal: NodeJS.Signals): Promise<Ended>;
}

export function startPodherald(
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
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
