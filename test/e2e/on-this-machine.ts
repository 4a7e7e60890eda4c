import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressForCluster } from './address.ts';
import { freePort, inUrl } from './free-port.ts';
import { type Config, certificateFor, configText, type Podherald } from './podherald.ts';

/** The program under test; `dist/main.js` tests what is published instead. */
const PROGRAM = process.env['PODHERALD_E2E_PROGRAM'] ?? 'src/main.ts';

/** Starts a podherald that has no cluster to read namespaces from, whoever runs the suite. */
export async function startPodherald(config: Config): Promise<Podherald> {
  const host = process.env['PODHERALD_E2E_HOST'] ?? (await addressForCluster());
  // A name, such as kind's host.docker.internal, is no address of this machine to listen at.
  const bind = isIP(host) === 0 ? '0.0.0.0' : host;
  const [port, adminPort] = await Promise.all([freePort(bind), freePort(bind)]);
  const [names, addresses] = isIP(host) === 0 ? [[host], []] : [[], [host]];
  const { cert, key } = await certificateFor(names, addresses, new Date());

  const folder = await mkdtemp(join(tmpdir(), 'podherald-e2e-'));
  const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key, { mode: 0o600 })]);
  const configFile = join(folder, 'config.yaml');
  const configure = (next: Config) =>
    writeFile(configFile, configText({ namespaces: { annotations: false }, ...next }));
  await configure(config);

  const child = spawn(
    process.execPath,
    [PROGRAM, 'serve', '--tls-cert', certFile, '--tls-key', keyFile, '--config', configFile]
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
    clientConfig: { url: `https://${inUrl(host)}:${port}/mutate` },
    caBundle: Buffer.from(cert).toString('base64'),
    configure,
    log: async () => String(Buffer.concat(written)),
    metrics: async () => {
      const response = await fetch(`http://${inUrl(bind)}:${adminPort}/metrics`);
      return response.text();
    },
    remove: async () => {
      process.off('exit', killWithUs);
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
