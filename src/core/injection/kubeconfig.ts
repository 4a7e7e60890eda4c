import { KUBECONFIG_FOLDER } from '../decision/metadata-path.ts';
import type { FileItem } from '../decision/profile.ts';

const FILE_NAME = 'kubeconfig';

/** What KUBECONFIG says in the containers. */
export const KUBECONFIG_PATH = `${KUBECONFIG_FOLDER}/${FILE_NAME}`;

/**
 * A kubeconfig that leads to the ambassador, in one line. The flag about TLS has no effect over
 * plain HTTP, but without it @kubernetes/client-node refuses such a server.
 */
export function kubeconfigText(port: number, namespace: string): string {
  const name = 'ambassador';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    'current-context': name,
  });
}

/** The file, out of the annotation that holds its text. */
export function kubeconfigFile(annotation: string): FileItem {
  return { path: FILE_NAME, source: { fieldRef: `metadata.annotations['${annotation}']` } };
}
