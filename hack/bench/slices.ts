import { fileURLToPath } from 'node:url';
import { LOAD_CORE, runForJson } from './children.ts';
import type { Slice } from './load.ts';
import { rssMiB } from './proc.ts';
import type { Server } from './servers.ts';

/** A slice of load on one server, and the memory of that server after it. */
export type Sample = Slice & { readonly rssMiB: number };

/** One slice of each of the two, next to each other in time. */
export type Pair = { readonly bare: Sample; readonly podherald: Sample };

/** Below this share of its core something other than the server sets the pace. */
export const BUSY = 0.9;

/** The share of its core that a server got and used. */
export function cpuShare({ serverCpuMs, seconds }: Sample): number {
  return serverCpuMs / (seconds * 1000);
}

/** Whether nothing else on the machine had a hand in the pace of either. */
export function isQuiet({ bare, podherald }: Pair): boolean {
  return cpuShare(bare) >= BUSY && cpuShare(podherald) >= BUSY;
}

/** How to put one slice of load on a server. */
export type Load = (server: Server, seconds?: number) => Promise<Sample>;

const SCRIPT = fileURLToPath(new URL('./load.ts', import.meta.url));

export function loadOf(options: {
  seconds: number;
  connections: number;
  bodyFile: string;
  uid: string;
  caFile: string;
}): Load {
  const args = [SCRIPT, '--uid', options.uid, '--connections', String(options.connections)];
  args.push('--body', options.bodyFile, '--ca', options.caFile);
  return async ({ port, pid }, seconds = options.seconds) => {
    const target = ['--port', String(port), '--server-pid', String(pid)];
    target.push('--seconds', String(seconds));
    const slice = await runForJson<Slice>(LOAD_CORE, [...args, ...target]);
    return { ...slice, rssMiB: rssMiB(pid) };
  };
}

/** Rounds that a neighbour disturbed are run again, until this many times as many were run. */
const MOST_RUNS = 3;

/** bare, podherald, podherald, bare, …: what drifts on the machine meets both alike. */
export async function interleave(
  load: Load,
  servers: { bare: Server; podherald: Server },
  rounds: number,
  progress: (text: string) => void,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let quiet = 0; quiet < rounds && pairs.length < rounds * MOST_RUNS; ) {
    progress(`round ${quiet + 1} of ${rounds}`);
    const pair = await runPair(load, servers, pairs.length % 2 === 0);
    pairs.push(pair);
    if (isQuiet(pair)) quiet++;
  }
  return pairs;
}

async function runPair(
  load: Load,
  servers: { bare: Server; podherald: Server },
  isBareFirst: boolean,
): Promise<Pair> {
  if (isBareFirst) {
    const bare = await load(servers.bare);
    return { bare, podherald: await load(servers.podherald) };
  }
  const podherald = await load(servers.podherald);
  return { bare: await load(servers.bare), podherald };
}
