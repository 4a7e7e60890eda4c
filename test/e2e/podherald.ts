import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, isIP, isIPv6 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressForCluster } from './address.ts';
import { certificateFor } from './certificate.ts';

/** The program under test; `dist/main.js` tests what is published instead. */
const PROGRAM = process.env['PODHERALD_E2E_PROGRAM'] ?? 'src/main.ts';

/** A podherald that runs on this machine, outside the cluster. */
export interface Podherald {
  /** Where the API server finds it. */
  readonly url: string;
  /** The certificate that it shows, which is its own authority. */
  readonly caBundle: string;
  /** Throws what it wrote if it no longer runs. */
  readonly checkAlive: () => void;
  readonly metrics: () => Promise<string>;
  readonly kill: () => Promise<void>;
}

export async function startPodherald(): Promise<Podherald> {
  const host = process.env['PODHERALD_E2E_HOST'] ?? (await addressForCluster());
  // A name, such as kind's host.docker.internal, is no address of this machine to listen at.
  const bind = isIP(host) === 0 ? '0.0.0.0' : host;
  const [port, adminPort] = await Promise.all([freePort(bind), freePort(bind)]);
  const { cert, key } = await certificateFor(host);

  const folder = await mkdtemp(join(tmpdir(), 'podherald-e2e-'));
  const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key, { mode: 0o600 })]);

  const child = spawn(
    process.execPath,
    [PROGRAM, 'serve', '--tls-cert', certFile, '--tls-key', keyFile]
      .concat('--host', bind, '--port', String(port), '--admin-port', String(adminPort))
      .concat('--log-format', 'json'),
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const output = collect(child);
  const ended = new Promise((resolve) => child.once('close', resolve));
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);

  return {
    url: `https://${inUrl(host)}:${port}/mutate`,
    caBundle: Buffer.from(cert).toString('base64'),
    checkAlive: () => {
      if (child.exitCode !== null) throw new Error(`podherald has ended:\n${output()}`);
    },
    metrics: async () => (await fetch(`http://${inUrl(bind)}:${adminPort}/metrics`)).text(),
    kill: async () => {
      process.off('exit', killWithUs);
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

function collect(child: ChildProcess): () => string {
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  return () => String(Buffer.concat(chunks));
}

async function freePort(host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer().once('error', reject);
  server.listen(0, host, () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
  });
  return promise;
}

function inUrl(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
