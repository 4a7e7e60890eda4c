import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Credentials } from './connection.ts';

/** Where kubelet mounts a pod's token, CA and namespace. */
export const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * What a pod is let in with. Both files are read for every request, which takes microseconds:
 * kubelet renews the token before its end, and the CA of a cluster is replaced while pods run.
 */
export function serviceAccountCredentials(folder: string): Credentials {
  return async () => {
    const [token, ca] = await Promise.all([
      readFile(join(folder, 'token'), 'utf8'),
      readFile(join(folder, 'ca.crt'), 'utf8'),
    ]);
    return { ca, headers: { authorization: `Bearer ${token.trim()}` } };
  };
}

/** @returns undefined where there is no such file. */
export async function serviceAccountNamespace(folder: string): Promise<string | undefined> {
  const namespace = await readFile(join(folder, 'namespace'), 'utf8').catch(() => '');
  return namespace.trim() || undefined;
}

/** The address of the API server, as kubelet tells it to every pod. */
export function serverInCluster(
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment;
  if (host === undefined || host === '') return undefined;
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
