import { spawn } from 'node:child_process';

/** hack/e2e names hack/cluster's kubectl here when it is that cluster. */
export const PROGRAM = process.env['PODHERALD_E2E_KUBECTL'] ?? 'kubectl';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl to its end, be it good or bad. But for it, only api.ts talks to the cluster. */
export async function tryKubectl(args: readonly string[], input = ''): Promise<Ended> {
  if (!process.env['KUBECONFIG']) {
    throw new Error('KUBECONFIG is not set: run `npm run e2e`, which finds the cluster.');
  }
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const child = spawn(PROGRAM, args, { stdio: 'pipe' });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.on('error', (error) => reject(new Error(`${PROGRAM}: ${error.message}`)));
  child.on('close', (code) => {
    resolve({
      code: code ?? 1,
      stdout: String(Buffer.concat(out)),
      stderr: String(Buffer.concat(err)),
    });
  });
  child.stdin.on('error', () => {}); // it may end without reading; its exit code then tells
  child.stdin.end(input);
  return promise;
}

/** Runs kubectl, returns what it printed, and throws what it complained of. */
export async function kubectl(args: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await tryKubectl(args, input);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}
