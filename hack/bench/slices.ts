import { fileURLToPath } from 'node:url';
import { LOAD_CORE, runForJson } from './children.ts';
import type { Slice } from './load.ts';
import { rssMiB } from './proc.ts';
import type { Server } from './servers.ts';

/** A slice of load on one server, and the memory of that server after it. */
export type Sample = Slice & { readonly rssMiB: number };

/** One slice of each of the two, next to each other in time. */
export type Pair = { readonly bare: Sample; readonly podherald: Sample };

/** How to put one slice of load on a server. */
export type Load = (server: Server) => Promise<Sample>;

const SCRIPT = fileURLToPath(new URL('./load.ts', import.meta.url));

export function loadOf(options: {
  seconds: number;
  connections: number;
  bodyFile: string;
  uid: string;
  caFile: string;
}): Load {
  const args = [SCRIPT, '--seconds', String(options.seconds), '--uid', options.uid];
  args.push('--connections', String(options.connections));
  args.push('--body', options.bodyFile, '--ca', options.caFile);
  return async ({ port, pid }) => {
    const target = ['--port', String(port), '--server-pid', String(pid)];
    const slice = await runForJson<Slice>(LOAD_CORE, [...args, ...target]);
    return { ...slice, rssMiB: rssMiB(pid) };
  };
}

/** bare, podherald, podherald, bare, …: what drifts on the machine meets both alike. */
export async function interleave(
  load: Load,
  servers: { bare: Server; podherald: Server },
  rounds: number,
  progress: (done: number) => void,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round++) {
    progress(round);
    if (round % 2 === 0) {
      const bare = await load(servers.bare);
      pairs.push({ bare, podherald: await load(servers.podherald) });
    } else {
      const podherald = await load(servers.podherald);
      pairs.push({ bare: await load(servers.bare), podherald });
    }
  }
  return pairs;
}
