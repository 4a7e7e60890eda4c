import { spawn } from 'node:child_process';
import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Timing } from '../../../src/webhook/tls/self-managed/timing.ts';
import { addressForCluster, freePort, inUrl } from '../addresses.ts';
import { CA_SECRET } from './objects.ts';
import type { ProgramOptions } from './program.ts';

const PROGRAM = fileURLToPath(new URL('program.ts', import.meta.url));

/** A replica of podherald with self-managed certificates, which runs as a process. */
export interface Replica {
  /** The URL at which the API server calls it. */
  readonly url: string;
  /** Returns an empty text if it is ready, and otherwise what /readyz responds. */
  readonly unready: () => Promise<string>;
  readonly metrics: () => Promise<string>;
  /** Returns the log lines with this message. */
  readonly logLines: (message: string) => readonly Record<string, unknown>[];
  readonly log: () => string;
  readonly remove: () => Promise<void>;
}

export interface ReplicaOptions {
  readonly kubeconfig: string;
  readonly configuration: string;
  readonly timing: Timing;
}

/** Starts a replica. */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const host = process.env['PODHERALD_E2E_HOST'] ?? (await addressForCluster());
  const bind = isIP(host) === 0 ? '0.0.0.0' : host;
  const [port, adminPort] = await Promise.all([freePort(bind), freePort(bind)]);
  const [names, addresses] = isIP(host) === 0 ? [[host], []] : [[], [host]];
  const argument: ProgramOptions = {
    names: {
      service: 'podherald',
      webhookConfiguration: options.configuration,
      caSecret: CA_SECRET,
    },
    extras: { timing: options.timing, names, addresses },
    host: bind,
    port,
    adminPort,
  };
  const { POD_NAMESPACE: _, ...others } = process.env;
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(argument)], {
    env: { ...others, KUBECONFIG: options.kubeconfig },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      written += chunk;
    });
  }
  const ended = new Promise((resolve) => child.once('close', resolve));
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const admin = `http://${inUrl(bind)}:${adminPort}`;
  return {
    url: `https://${inUrl(host)}:${port}/mutate`,
    unready: async () => {
      await delay(20);
      const answer = await fetch(`${admin}/readyz`).catch(() => undefined);
      if (answer === undefined) return 'it does not respond';
      return answer.ok ? '' : answer.text();
    },
    metrics: async () => (await fetch(`${admin}/metrics`)).text(),
    logLines: (message) => linesOf(written).filter(({ msg }) => msg === message),
    log: () => written,
    remove: async () => {
      process.off('exit', killWithUs);
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function linesOf(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line));
}
