import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import { type Connection, type Credentials, connectTo } from './connection.ts';
import { loadKubeconfigs } from './load-kubeconfig.ts';

export interface FindOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly home?: string;
  /** Where kubelet mounts a pod's token and CA. */
  readonly serviceAccount?: string;
  readonly clock?: Clock;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Where a cluster is described: in files, or in what kubelet gives to every pod. */
type Place =
  | { readonly kubeconfigs: readonly string[] }
  | { readonly server: string; readonly serviceAccount: string };

/**
 * The cluster that kubectl would talk to: of KUBECONFIG, else ~/.kube/config, else the one that
 * this pod runs in. Only where there is one is client-node loaded: that takes 300 ms and 80 MiB.
 *
 * @returns nothing where none is configured. (client-node would then take localhost:8080.)
 * @throws AppError `file` where a kubeconfig cannot be read.
 */
export async function findCluster(options: FindOptions = {}): Promise<Connection | undefined> {
  const place = findPlace(options);
  if (place === undefined) return undefined;
  const client = await import('@kubernetes/client-node');
  const empty = (): KubeConfig => new client.KubeConfig();
  const config = empty();
  if ('kubeconfigs' in place) loadKubeconfigs(config, place.kubeconfigs, empty);
  else loadServiceAccount(config, place);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) return undefined;
  return connectTo(server, credentialsOf(config), options.clock ?? SYSTEM_CLOCK);
}

function findPlace(options: FindOptions): Place | undefined {
  const { environment = process.env, home = homedir() } = options;
  const kubeconfigs = (environment['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean);
  if (kubeconfigs.length > 0) return { kubeconfigs };
  const usual = join(home, '.kube', 'config');
  if (isReadable(usual)) return { kubeconfigs: [usual] };
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment;
  const serviceAccount = options.serviceAccount ?? SERVICE_ACCOUNT;
  if (host === undefined || !isReadable(join(serviceAccount, 'token'))) return undefined;
  return { server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`, serviceAccount };
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** What loadFromCluster does, but for the environment and the folder, which are passed in. */
function loadServiceAccount(
  config: KubeConfig,
  { server, serviceAccount }: { readonly server: string; readonly serviceAccount: string },
): void {
  const tokenFile = join(serviceAccount, 'token');
  config.loadFromClusterAndUser(
    { name: 'cluster', server, caFile: join(serviceAccount, 'ca.crt'), skipTLSVerify: false },
    // client-node reads a token file again once a minute; kubelet renews it minutes before its end.
    { name: 'pod', authProvider: { name: 'tokenFile', config: { tokenFile } } },
  );
}

/** client-node's agent is kept only for a proxy: else it keeps no connection, and its first CA for ever. */
function credentialsOf(config: KubeConfig): Credentials {
  return async () => {
    const options: Parameters<KubeConfig['applyToHTTPSOptions']>[0] & { agent?: unknown } = {};
    await config.applyToHTTPSOptions(options);
    const { agent, ...others } = options;
    const isProxied = Boolean(config.getCurrentCluster()?.proxyUrl);
    return (isProxied ? { ...others, agent } : others) as Awaited<ReturnType<Credentials>>;
  };
}
