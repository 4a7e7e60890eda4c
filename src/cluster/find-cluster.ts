import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { AppError } from '../errors.ts';
import { type Clock, SYSTEM_CLOCK } from './clock.ts';
import { type Connection, type Credentials, connectTo } from './connection.ts';
import { loadKubeconfigs } from './load-kubeconfig.ts';
import {
  SERVICE_ACCOUNT,
  serverInCluster,
  serviceAccountCredentials,
  serviceAccountNamespace,
} from './service-account.ts';

export interface FindOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly home?: string;
  /** Where kubelet mounts a pod's token and CA. */
  readonly serviceAccount?: string;
  readonly clock?: Clock;
}

export interface FoundCluster {
  readonly connection: Connection;
  /** The namespace of the kubeconfig's context, or of this pod, where it is known. */
  readonly namespace: string | undefined;
}

/** Where a cluster is described: in files, or in what kubelet gives to every pod. */
type Place =
  | { readonly kubeconfigs: readonly string[] }
  | { readonly server: string; readonly serviceAccount: string };

/** The connection alone of `locateCluster`. */
export async function findCluster(options?: FindOptions): Promise<Connection | undefined> {
  return (await locateCluster(options))?.connection;
}

/**
 * The cluster that kubectl would talk to: of KUBECONFIG, else ~/.kube/config, else the one that
 * this pod runs in. Only for a kubeconfig is client-node loaded: that takes 300 ms and 60 MiB.
 *
 * @returns nothing where none is configured. (client-node would then take localhost:8080.)
 * @throws AppError `file` where a kubeconfig cannot be read, or its current context is none of it.
 */
export async function locateCluster(options: FindOptions = {}): Promise<FoundCluster | undefined> {
  const place = findPlace(options);
  if (place === undefined) return undefined;
  const clock = options.clock ?? SYSTEM_CLOCK;
  if ('kubeconfigs' in place) return ofKubeconfigs(place.kubeconfigs, clock);
  const { server, serviceAccount } = place;
  return {
    connection: connectTo(server, serviceAccountCredentials(serviceAccount), clock),
    namespace: await serviceAccountNamespace(serviceAccount),
  };
}

function findPlace(options: FindOptions): Place | undefined {
  const { environment = process.env, home = homedir() } = options;
  const kubeconfigs = (environment['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean);
  if (kubeconfigs.length > 0) return { kubeconfigs };
  const usual = join(home, '.kube', 'config');
  if (isReadable(usual)) return { kubeconfigs: [usual] };
  const server = serverInCluster(environment);
  const serviceAccount = options.serviceAccount ?? SERVICE_ACCOUNT;
  if (server === undefined || !isReadable(join(serviceAccount, 'token'))) return undefined;
  return { server, serviceAccount };
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

async function ofKubeconfigs(
  files: readonly string[],
  clock: Clock,
): Promise<FoundCluster | undefined> {
  const client = await import('@kubernetes/client-node');
  const empty = (): KubeConfig => new client.KubeConfig();
  const config = empty();
  loadKubeconfigs(config, files, empty);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) return nowhere(config, files);
  const context = config.getContextObject(config.getCurrentContext());
  const connection = connectTo(server, credentialsOf(config), clock);
  return { connection, namespace: context?.namespace };
}

/** Without contexts there is no cluster; a context that leads nowhere is a slip of the hand. */
function nowhere(config: KubeConfig, files: readonly string[]): undefined {
  const contexts = config.getContexts().map(({ name }) => name);
  const current = config.getCurrentContext();
  if (contexts.length === 0 && !current) return undefined;
  const names = contexts.join(', ') || 'none';
  const wrong = current ? `the current-context ${current} names no cluster` : 'no current-context';
  throw new AppError('file', `${files.join(', ')}: ${wrong}; the contexts are: ${names}`);
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
