import { connect, createServer, isIPv6 } from 'node:net';
import { kubectl } from './kubectl.ts';

interface KubeConfig {
  readonly clusters: readonly { readonly cluster: { readonly server: string } }[];
}

/**
 * Returns the local address of this machine's connections to the API server. In most clusters the
 * API server can reach this machine at it. If it cannot, as with kind, set PODHERALD_E2E_HOST.
 */
export async function addressForCluster(): Promise<string> {
  const config: KubeConfig = JSON.parse(
    await kubectl(['config', 'view', '--minify', '-o', 'json']),
  );
  const server = new URL(config.clusters[0]?.cluster.server ?? '');
  const port = Number(server.port || (server.protocol === 'https:' ? 443 : 80));
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const host = server.hostname.replace(/^\[(.*)\]$/, '$1');
  const socket = connect({ host, port, timeout: 10_000 });
  socket.once('error', (error) =>
    reject(new Error(`cannot connect to the API server at ${server.href}: ${error.message}`)),
  );
  socket.once('timeout', () => socket.destroy(new Error('timed out after 10 s')));
  socket.once('connect', () => {
    resolve(socket.localAddress ?? '');
    socket.destroy();
  });
  return promise;
}

/** Returns a TCP port that is free at this address of this machine. */
export async function freePort(host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer().once('error', reject);
  server.listen(0, host, () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
  });
  return promise;
}

/** Returns a host name or address as it is written in a URL: an IPv6 address in brackets. */
export function inUrl(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
