import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The kubectl to run. hack/e2e sets the variable for the cluster of hack/cluster. */
export const KUBECTL = process.env['PODHERALD_E2E_KUBECTL'] ?? 'kubectl';

/** What a program printed, and its exit code. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl and returns its result, also if it fails. Throws only if it cannot be started. */
export async function tryKubectl(args: readonly string[], input = ''): Promise<CommandResult> {
  if (!process.env['KUBECONFIG']) {
    throw new Error('KUBECONFIG is not set: use `npm run e2e`, which finds the cluster');
  }
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
  const child = spawn(KUBECTL, args, { stdio: 'pipe' });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.on('error', (error) => reject(new Error(`cannot run ${KUBECTL}: ${error.message}`)));
  child.on('close', (code) => {
    resolve({
      code: code ?? 1,
      stdout: String(Buffer.concat(out)),
      stderr: String(Buffer.concat(err)),
    });
  });
  child.stdin.on('error', () => {}); // kubectl may exit before it reads its input
  child.stdin.end(input);
  return promise;
}

/** Runs kubectl and returns what it printed. Throws its error message if it fails. */
export async function kubectl(args: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await tryKubectl(args, input);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}

/** A running `kubectl proxy`, which serves the API on a port of 127.0.0.1. */
export interface Proxy {
  readonly port: number;
  readonly close: () => void;
}

/** Runs `kubectl` with the arguments of a proxy, with the credentials of KUBECONFIG. */
export async function startProxy(args: readonly string[]): Promise<Proxy> {
  const child = spawn(KUBECTL, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const close = () => child.kill();
  process.once('exit', close);
  for await (const line of createInterface(child.stdout)) {
    const [, port] = /^Starting to serve on \S+:(\d+)$/.exec(line) ?? [];
    if (port !== undefined) return { port: Number(port), close };
  }
  throw new Error(`${KUBECTL} ${args.join(' ')} exited before it served`);
}

/** A connection to the API server for many requests, each of which is faster than kubectl. */
export interface Api {
  readonly post: (path: string, body: object) => Promise<ApiResponse>;
  readonly close: () => void;
}

export interface ApiResponse {
  readonly code: number;
  /** The object as stored, or a Status with a message. */
  readonly body: { readonly message?: string };
}

/** Starts a `kubectl proxy` and sends requests through it. */
export async function startApi(): Promise<Api> {
  const { port, close } = await startProxy(['proxy', '--port=0']);
  return { post: (path, body) => post(`http://127.0.0.1:${port}${path}`, body), close };
}

async function post(url: string, body: object): Promise<ApiResponse> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { code: response.status, body: (await response.json()) as ApiResponse['body'] };
}
