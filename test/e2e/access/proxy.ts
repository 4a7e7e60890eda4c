import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PROGRAM } from '../kubectl.ts';

export interface Proxy {
  readonly port: number;
  readonly close: () => void;
}

/** The real `kubectl proxy` with these arguments, as KUBECONFIG lets it in. */
export async function startProxy(args: readonly string[]): Promise<Proxy> {
  const child = spawn(PROGRAM, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const close = () => child.kill();
  process.once('exit', close);
  for await (const line of createInterface(child.stdout)) {
    const [, port] = /^Starting to serve on \S+:(\d+)$/.exec(line) ?? [];
    if (port !== undefined) return { port: Number(port), close };
  }
  throw new Error(`${PROGRAM} ${args.join(' ')} ended before it served`);
}
