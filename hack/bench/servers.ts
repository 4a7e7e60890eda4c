import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { selfSigned } from '../../src/webhook/tls/certificate.ts';
import { SERVER_CORE, startPinned } from './processes.ts';
import { type Review, sendReview } from './review.ts';

/** A running server that has responded to its first review. */
export type Server = {
  readonly name: string;
  readonly child: ChildProcess;
  readonly pid: number;
  readonly port: number;
  readonly log: LogReader;
  /** Of podherald's metrics; the bare server has none. */
  readonly adminPort?: number;
  /** The patch of its first response, in base64. */
  readonly patch: string;
};

/** The temporary folder of a run, and the certificate in it. `ca` is the certificate as PEM. */
export type Workspace = {
  readonly folder: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly ca: string;
};

/** The patch of the bare server in a run without podherald, in base64. */
export const SOME_PATCH = Buffer.from('[{"op":"add","path":"/x","value":1}]').toString('base64');

const DAY_MS = 86_400_000;
const NEWLINE = 0x0a;
const TAIL_BYTES = 4096;
const START_LIMIT_MS = 20_000;
const script = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Makes a temporary folder with a self-signed certificate for 127.0.0.1. */
export async function makeWorkspace(): Promise<Workspace> {
  const nowMs = Date.now();
  const { cert, key } = await selfSigned({
    names: ['podherald-bench'],
    addresses: ['127.0.0.1'],
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + DAY_MS),
  });
  const folder = mkdtempSync(join(tmpdir(), 'podherald-bench-'));
  const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key, { mode: 0o600 });
  return { folder, certFile, keyFile, ca: cert };
}

/**
 * Starts podherald. Throws if it does not respond to the review with a patch.
 *
 * @param options flags of Node.js and of `podherald serve`, in addition to those that it needs.
 */
export async function startPodherald(
  space: Workspace,
  review: Review,
  { nodeFlags = [], flags = [] }: { nodeFlags?: string[]; flags?: string[] } = {},
): Promise<Server> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const args = [...nodeFlags, script('../../src/main.ts'), ...serveArgs(space, port, adminPort)];
  args.push(...flags);
  return { ...(await start('podherald', args, port, space, review)), adminPort };
}

/** The arguments of `podherald serve` with the certificate of the run. */
function serveArgs(space: Workspace, port: number, adminPort: number): string[] {
  const ports = ['--port', String(port), '--admin-port', String(adminPort)];
  const tls = ['--tls-cert', space.certFile, '--tls-key', space.keyFile];
  return ['serve', '--host', '127.0.0.1', ...ports, '--log-format', 'json', ...tls];
}

/** podherald and its arguments as in the image: bundle() has written it to the folder of the run. */
export function imageArgs(space: Workspace, port: number, adminPort: number): string[] {
  const program = join(space.folder, 'dist/main.js');
  return ['--max-semi-space-size=1', program, ...serveArgs(space, port, adminPort)];
}

/** Whether podherald is ready, from its admin port. */
export async function isReady(adminPort: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => undefined);
  return response?.status === 200;
}

/** The bare server and its arguments. */
export function bareArgs(space: Workspace, port: number, patch: string): string[] {
  const patchFile = join(space.folder, 'patch');
  writeFileSync(patchFile, patch);
  return [script('./bare-server.ts'), String(port), space.certFile, space.keyFile, patchFile];
}

/** Starts the bare server, which responds with `patch` (base64). */
export async function startBare(
  space: Workspace,
  review: Review,
  { name = 'bare', patch }: { name?: string; patch: string },
): Promise<Server> {
  const port = await freePort();
  return start(name, bareArgs(space, port, patch), port, space, review);
}

async function start(
  name: string,
  args: readonly string[],
  port: number,
  space: Workspace,
  review: Review,
): Promise<Server> {
  const env = environment(space);
  const child = startPinned(SERVER_CORE, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const log = new LogReader(child.stdout, child.stderr);
  try {
    const patch = await firstPatch(child, port, space.ca, review);
    return { name, child, pid: child.pid ?? 0, port, log, patch };
  } catch (error) {
    throw new Error(`cannot start ${name}: ${(error as Error).message}\n${log.tail}`);
  }
}

/** Without access to a cluster, only the work of the webhook is measured. */
export function environment(space: Workspace): NodeJS.ProcessEnv {
  const { KUBECONFIG: _, KUBERNETES_SERVICE_HOST: __, ...rest } = process.env;
  return { ...rest, HOME: space.folder };
}

async function firstPatch(child: ChildProcess, port: number, ca: string, review: Review) {
  const deadline = AbortSignal.timeout(START_LIMIT_MS);
  while (child.exitCode === null && child.signalCode === null) {
    const response = await sendReview(port, ca, review).catch((error: Error) => error);
    if (!(response instanceof Error)) return patchOf(response);
    if (deadline.aborted) {
      throw new Error(`no response within ${START_LIMIT_MS / 1000} s: ${response.message}`);
    }
    await setTimeout(100);
  }
  throw new Error(`it exited with ${child.exitCode ?? child.signalCode}`);
}

/** Throws if there is no patch: without the work for a patch, the comparison is meaningless. */
function patchOf(body: string): string {
  const { response } = JSON.parse(body) as { response?: { patch?: string } };
  if (response?.patch === undefined) throw new Error(`the response has no patch: ${body}`);
  return response.patch;
}

/** A port of 127.0.0.1 that nothing listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** Reads and counts the log lines of a server, so that the pipe never fills up, as in a container. */
class LogReader {
  #lines = 0;
  #tail = '';

  constructor(...pipes: readonly (Readable | null)[]) {
    for (const pipe of pipes) pipe?.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  get lines(): number {
    return this.#lines;
  }

  /** The last lines, for an error message. */
  get tail(): string {
    return this.#tail.trim();
  }

  #read(chunk: Buffer): void {
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) {
      this.#lines++;
    }
    this.#tail = (this.#tail + chunk.toString('latin1', chunk.length - TAIL_BYTES)).slice(
      -TAIL_BYTES,
    );
  }
}

/** How many reviews were sent to podherald, and how many its metrics and its log show. */
export type Evidence = {
  readonly sent: number;
  readonly counted: number;
  readonly logLines: number;
};

/** Time to wait for the last log lines, which podherald buffers for up to 200 ms. */
const LAST_LINES_MS = 2000;

/** Reads podherald's metrics and counts its log lines, to prove that it handled every review. */
export async function gatherEvidence(podherald: Server, sent: number): Promise<Evidence> {
  const counted = await reviewsCounted(podherald.adminPort ?? 0);
  const deadlineMs = performance.now() + LAST_LINES_MS;
  while (podherald.log.lines < sent && performance.now() < deadlineMs) await setTimeout(20);
  return { sent, counted, logLines: podherald.log.lines };
}

async function reviewsCounted(adminPort: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/metrics`);
  const text = await response.text();
  const samples = text.matchAll(/^podherald_reviews_total(?:\{[^}]*\})? (\d+)/gm);
  return [...samples].reduce((sum, [, value]) => sum + Number(value), 0);
}
