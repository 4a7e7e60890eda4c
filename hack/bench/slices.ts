import { fileURLToPath } from 'node:url';
import type { Slice } from './load.ts';
import { rssMiB } from './measurements.ts';
import { LOAD_CORE, runForJson } from './processes.ts';
import type { Server } from './servers.ts';

/** A slice of load on one server, with the memory of the server at its end. */
export type Sample = Slice & { readonly rssMiB: number };

/** One round: a slice on each server, one directly after the other. */
export type Pair = { readonly bare: Sample; readonly podherald: Sample };

/** If a server used less than this share of its core, something else limited its speed. */
export const BUSY = 0.9;

/** Returns the share (0 to 1) of its core that the server used. */
export function cpuShare({ serverCpuMs, seconds }: Sample): number {
  return serverCpuMs / (seconds * 1000);
}

/** Returns whether each server had its core to itself, so that the two speeds can be compared. */
export function isQuiet({ bare, podherald }: Pair): boolean {
  return cpuShare(bare) >= BUSY && cpuShare(podherald) >= BUSY;
}

/** Puts load on a server for one slice. */
export type Load = (server: Server, seconds?: number) => Promise<Sample>;

const SCRIPT = fileURLToPath(new URL('./load.ts', import.meta.url));

/** Returns the function that runs load.ts for one slice. */
export function loadOf(options: {
  seconds: number;
  connections: number;
  /** A folder of AdmissionReviews. */
  bodies: string;
  caFile: string;
}): Load {
  const args = [SCRIPT, '--connections', String(options.connections)];
  args.push('--bodies', options.bodies, '--ca', options.caFile);
  return async ({ port, pid }, seconds = options.seconds) => {
    const target = ['--port', String(port), '--server-pid', String(pid)];
    target.push('--seconds', String(seconds));
    const slice = await runForJson<Slice>(LOAD_CORE, [...args, ...target]);
    return { ...slice, rssMiB: rssMiB(pid) };
  };
}

/** Disturbed rounds are repeated, up to this multiple of the requested number of rounds. */
const MAX_ROUNDS_FACTOR = 3;

/**
 * Runs the rounds. The order of the servers alternates (bare, podherald, podherald, bare, …), so
 * that a machine that gets slower or faster affects both alike.
 */
export async function interleave(
  load: Load,
  servers: { bare: Server; podherald: Server },
  rounds: number,
  progress: (text: string) => void,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let quiet = 0; quiet < rounds && pairs.length < rounds * MAX_ROUNDS_FACTOR; ) {
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
