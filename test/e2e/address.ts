import { connect } from 'node:net';
import { kubectl } from './kubectl.ts';

interface KubeConfig {
  readonly clusters: readonly { readonly cluster: { readonly server: string } }[];
}

/**
 * This machine's own address on the way to the API server, which most often is one that the API
 * server reaches in turn. Where it is not, as with kind, PODHERALD_E2E_HOST says what to use.
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
    reject(new Error(`no cluster at ${server.href}: ${error.message}`)),
  );
  socket.once('timeout', () => socket.destroy(new Error('no answer in 10 s')));
  socket.once('connect', () => {
    resolve(socket.localAddress ?? '');
    socket.destroy();
  });
  return promise;
}
