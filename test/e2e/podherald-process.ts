import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressForCluster, freePort, inUrl } from './addresses.ts';
import { type Config, certificateFor, configText, type Podherald } from './podherald.ts';
import { PROGRAM } from './podherald-cli.ts';

/**
 * Starts podherald as a process on this machine, which the API server calls by URL. It does not
 * read the annotations of namespaces, so it needs no access to the cluster.
 */
export async function startPodherald(config: Config): Promise<Podherald> {
  const host = process.env['PODHERALD_E2E_HOST'] ?? (await addressForCluster());
  // podherald cannot listen on a host name such as host.docker.internal, only on an address.
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
  const logged: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => logged.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => logged.push(chunk));
  const exited = new Promise((resolve) => child.once('close', resolve));
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);

  return {
    clientConfig: { url: `https://${inUrl(host)}:${port}/mutate` },
    caBundle: Buffer.from(cert).toString('base64'),
    configure,
    log: async () => String(Buffer.concat(logged)),
    metrics: async () => {
      const response = await fetch(`http://${inUrl(bind)}:${adminPort}/metrics`);
      return response.text();
    },
    remove: async () => {
      process.off('exit', kill);
      kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
