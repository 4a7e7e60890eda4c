import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ask } from './ask.ts';
import { SERVER_CORE, startPinned } from './children.ts';
import { LogReader } from './log-reader.ts';
import type { Review } from './review.ts';

/** A server that has answered its first review. */
export type Server = {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  readonly log: LogReader;
  /** Only podherald has one. */
  readonly adminPort?: number;
  /** The base64 patch of its first answer. */
  readonly patch: string;
};

/** The folder of this run, with its certificate. */
export type Workspace = {
  readonly folder: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly ca: string;
};

/** What to start the bare server with when there is no podherald to copy a patch from. */
export const SOME_PATCH = Buffer.from('[{"op":"add","path":"/x","value":1}]').toString('base64');

const START_LIMIT_MS = 20_000;
const script = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export async function startPodherald(space: Workspace, review: Review): Promise<Server> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const args = [script('../../src/main.ts'), 'serve', '--host', '127.0.0.1'];
  args.push('--port', String(port), '--admin-port', String(adminPort), '--log-format', 'json');
  args.push('--tls-cert', space.certFile, '--tls-key', space.keyFile);
  return { ...(await start('podherald', args, port, space, review)), adminPort };
}

export async function startBare(
  space: Workspace,
  review: Review,
  { name = 'bare', patch }: { name?: string; patch: string },
): Promise<Server> {
  const patchFile = join(space.folder, 'patch');
  writeFileSync(patchFile, patch);
  const port = await freePort();
  const args = [script('./bare-server.ts'), String(port), space.certFile, space.keyFile, patchFile];
  return start(name, args, port, space, review);
}

async function start(
  name: string,
  args: readonly string[],
  port: number,
  space: Workspace,
  review: Review,
): Promise<Server> {
  // No cluster: the figures are those of the webhook alone.
  const { KUBECONFIG: _, KUBERNETES_SERVICE_HOST: __, ...rest } = process.env;
  const env = { ...rest, HOME: space.folder };
  const child = startPinned(SERVER_CORE, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const log = new LogReader(child.stdout, child.stderr);
  try {
    const patch = await firstPatch(child, port, space.ca, review);
    return { name, pid: child.pid ?? 0, port, log, patch };
  } catch (error) {
    throw new Error(`${name} cannot be measured: ${(error as Error).message}\n${log.tail}`);
  }
}

async function firstPatch(child: ChildProcess, port: number, ca: string, review: Review) {
  const deadline = AbortSignal.timeout(START_LIMIT_MS);
  while (child.exitCode === null && child.signalCode === null) {
    const answer = await ask(port, ca, review).catch((error: Error) => error);
    if (!(answer instanceof Error)) return patchOf(answer);
    if (deadline.aborted)
      throw new Error(`no answer in ${START_LIMIT_MS / 1000} s: ${answer.message}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`it exited with ${child.exitCode ?? child.signalCode}`);
}

/** An answer without a patch would make the comparison worthless. */
function patchOf(answer: string): string {
  const { response } = JSON.parse(answer) as { response?: { patch?: string } };
  if (response?.patch === undefined) throw new Error(`its answer has no patch: ${answer}`);
  return response.patch;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
