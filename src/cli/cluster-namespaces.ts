import type { Logger } from 'pino';
import type { Connection } from '../cluster/connection.ts';
import { type NamespaceSource, namespaceInformer } from '../cluster/namespaces.ts';
import type { ConfigSource } from '../config/compile.ts';
import { ANNOTATION_NAMES, annotationNameOf } from '../core/decision/annotations.ts';

/**
 * The namespaces of the cluster, as far as podherald can read their annotations.
 *
 * @returns nothing where the config does not want them, or where there is no cluster.
 */
export function clusterNamespaces(
  config: ConfigSource,
  connection: Connection | undefined,
  log: Logger,
): NamespaceSource | undefined {
  if (!config.get().namespaces.annotations) return undefined;
  if (connection === undefined) {
    log.warn('no cluster is configured, so annotations of namespaces have no effect');
    return undefined;
  }
  return namespaceInformer(connection, { keep: (key) => mayCount(key, config), log });
}

/** Our keys under any prefix, as the config may change it while namespaces are known already. */
function mayCount(key: string, config: ConfigSource): boolean {
  const { annotationPrefix } = config.get().rules;
  if (key.startsWith(annotationPrefix)) return true;
  if (annotationNameOf(key, annotationPrefix) !== undefined) return true;
  return ANNOTATION_NAMES.some((name) => key.endsWith(`/${name}`));
}
