import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, isIP, isIPv6 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KeyPair, selfSigned } from '../../src/tls/certificate.ts';
import { addressForCluster } from './address.ts';

/** The program under test; `dist/main.js` tests what is published instead. */
const PROGRAM = process.env['PODHERALD_E2E_PROGRAM'] ?? 'src/main.ts';

/** A podherald that runs on this machine, outside the cluster. */
export interface Podherald {
  /** Where the API server finds it. */
  readonly url: string;
  /** The certificate that it shows, which is its own authority. */
  readonly caBundle: string;
  /** Everything it has written so far. */
  readonly log: () => string;
  /** How many reviews have ended so. */
  readonly countReviews: (outcome: string) => Promise<number>;
  readonly kill: () => Promise<void>;
}

export async function startPodherald(): Promise<Podherald> {
  const host = process.env['PODHERALD_E2E_HOST'] ?? (await addressForCluster());
  // A name, such as kind's host.docker.internal, is no address of this machine to listen at.
  const bind = isIP(host) === 0 ? '0.0.0.0' : host;
  const [port, adminPort] = await Promise.all([freePort(bind), freePort(bind)]);
  const { cert, key } = await certificateFor(host, new Date());

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
  const written: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => written.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => written.push(chunk));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);

  return {
    url: `https://${inUrl(host)}:${port}/mutate`,
    caBundle: Buffer.from(cert).toString('base64'),
    log: () => String(Buffer.concat(written)),
    countReviews: async (outcome) => {
      const metrics = await fetch(`http://${inUrl(bind)}:${adminPort}/metrics`);
      return countReviews(await metrics.text(), outcome);
    },
    kill: async () => {
      process.off('exit', killWithUs);
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Valid a day either way, as the clocks of this machine and the API server's may differ. */
function certificateFor(host: string, now: Date): Promise<KeyPair> {
  const dayMs = 24 * 60 * 60 * 1000;
  return selfSigned({
    names: isIP(host) === 0 ? [host] : [],
    addresses: isIP(host) === 0 ? [] : [host],
    notBefore: new Date(now.getTime() - dayMs),
    notAfter: new Date(now.getTime() + dayMs),
  });
}

function countReviews(metrics: string, outcome: string): number {
  const counters = metrics.matchAll(/^podherald_reviews_total\{(.*)\} (\d+)$/gm);
  const counted = [...counters].filter(([, labels]) => labels?.includes(`outcome="${outcome}"`));
  return counted.reduce((sum, [, , count]) => sum + Number(count), 0);
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
