import { DEFAULT_PREFIX } from '../../core/decision/rules.ts';
import { EMPTY_CONFIG } from './config-map.ts';
import type { InstallOptions } from './install-options.ts';
import { NAME } from './names.ts';

/** What `podherald manifests` renders unless it is told otherwise; its image is of its own version. */
export const DEFAULT_INSTALL: Omit<InstallOptions, 'version' | 'image'> = {
  namespace: NAME,
  createNamespace: true,
  tls: 'self-managed',
  scope: 'all',
  replicas: 2,
  failurePolicy: 'Ignore',
  port: 8443,
  excludedNamespaces: [],
  priorityClass: 'system-cluster-critical',
  config: { text: EMPTY_CONFIG, annotationPrefix: DEFAULT_PREFIX, readsNamespaces: true },
};
