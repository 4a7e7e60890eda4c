import { accessSync, constants } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Clock, SYSTEM_CLOCK } from '../clock.ts';
import { AppError } from '../errors.ts';
import { type Connection, type Credentials, connectTo } from './connection.ts';
import { kubeconfigCluster } from './kubeconfig.ts';

/** What a user chose instead of the usual kubeconfig and its current context. */
export interface ClusterChoice {
  /** A kubeconfig to use instead of those of KUBECONFIG and ~/.kube/config. */
  readonly kubeconfig?: string;
  /** A context of the kubeconfig to use instead of its current context. */
  readonly context?: string;
}

export interface FindOptions extends ClusterChoice {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly home?: string;
  /** The folder where kubelet mounts a pod's token, CA and namespace. */
  readonly serviceAccount?: string;
  readonly clock?: Clock;
}

export interface FoundCluster {
  readonly connection: Connection;
  /** The namespace of the kubeconfig's context, or of this pod, if it is known. */
  readonly namespace: string | undefined;
}

/** The connection of `locateCluster`, without the namespace. */
export async function findCluster(options?: FindOptions): Promise<Connection | undefined> {
  return (await locateCluster(options))?.connection;
}

/**
 * Finds the cluster that kubectl would use: that of `kubeconfig`, otherwise that of KUBECONFIG, otherwise
 * that of ~/.kube/config, otherwise the one that this pod runs in.
 *
 * @returns undefined if none is configured.
 * @throws AppError `file` if a kubeconfig cannot be read, or its context does not exist or names no cluster.
 */
export async function locateCluster(options: FindOptions = {}): Promise<FoundCluster | undefined> {
  const { environment = process.env, clock = SYSTEM_CLOCK } = options;
  const files = findKubeconfigs(options);
  if (files.length > 0) {
    const found = await kubeconfigCluster(files, options.context);
    if (found === undefined && options.kubeconfig !== undefined)
      throw noContext(options.kubeconfig);
    if (found === undefined) return undefined;
    const { server, credentials, namespace } = found;
    return { connection: connectTo(server, credentials, clock), namespace };
  }
  if (options.context !== undefined) throw noKubeconfig(options.context);
  const server = serverInCluster(environment);
  const { serviceAccount = SERVICE_ACCOUNT } = options;
  if (server === undefined || !isReadable(join(serviceAccount, 'token'))) return undefined;
  return {
    connection: connectTo(server, serviceAccountCredentials(serviceAccount), clock),
    namespace: await serviceAccountNamespace(serviceAccount),
  };
}

function noContext(file: string): AppError {
  return new AppError('file', `${file}: the kubeconfig has no contexts; pass another one`);
}

/** The cluster of a pod has no contexts. */
function noKubeconfig(context: string): AppError {
  return new AppError(
    'file',
    `the context ${context} needs a kubeconfig: pass --kubeconfig, set KUBECONFIG or create ~/.kube/config`,
  );
}

function findKubeconfigs({
  environment = process.env,
  home = homedir(),
  kubeconfig,
}: FindOptions): readonly string[] {
  if (kubeconfig !== undefined) return [kubeconfig];
  const files = (environment['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean);
  const usual = join(home, '.kube', 'config');
  return files.length === 0 && isReadable(usual) ? [usual] : files;
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where kubelet mounts a pod's token, CA and namespace. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Both files are read for every request, which takes microseconds: kubelet renews the token before
 * it expires, and the CA of a cluster may be replaced while pods run.
 */
function serviceAccountCredentials(folder: string): Credentials {
  return async () => {
    const [token, ca] = await Promise.all([
      readFile(join(folder, 'token'), 'utf8'),
      readFile(join(folder, 'ca.crt'), 'utf8'),
    ]);
    return { ca, headers: { authorization: `Bearer ${token.trim()}` } };
  };
}

/** @returns undefined if there is no such file. */
async function serviceAccountNamespace(folder: string): Promise<string | undefined> {
  const namespace = await readFile(join(folder, 'namespace'), 'utf8').catch(() => '');
  return namespace.trim() || undefined;
}

/** The address of the API server, which kubelet sets in the environment of every pod. */
export function serverInCluster(
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment;
  if (host === undefined || host === '') return undefined;
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
