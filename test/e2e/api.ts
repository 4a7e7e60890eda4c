import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PROGRAM } from './kubectl.ts';

/** The API server by plain HTTP, for what would take too many runs of kubectl. */
export interface Api {
  readonly post: (path: string, body: object) => Promise<Answer>;
  readonly close: () => void;
}

export interface Answer {
  readonly code: number;
  /** The object as stored, or a Status. */
  readonly body: { readonly message?: string };
}

/** `kubectl proxy`, which knows how to be let in wherever kubectl does. */
export async function startApi(): Promise<Api> {
  const child = spawn(PROGRAM, ['proxy', '--port=0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const close = () => child.kill();
  process.once('exit', close);
  for await (const line of createInterface(child.stdout)) {
    const [, address] = /^Starting to serve on (\S+)$/.exec(line) ?? [];
    if (address === undefined) continue;
    return { post: (path, body) => post(`http://${address}${path}`, body), close };
  }
  throw new Error('kubectl proxy ended before it served');
}

async function post(url: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { code: response.status, body: (await response.json()) as Answer['body'] };
}
