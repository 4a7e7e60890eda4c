import type { Command } from 'commander';
import { readsNamespaces } from '../config/compile.ts';
import type { Json } from '../core/api/json.ts';
import type { Rules } from '../core/decision/rules.ts';
import { unreadableDefaults } from '../diagnosis/cluster-state.ts';
import { objectAt } from '../diagnosis/object-metadata.ts';
import { faultsError } from '../errors.ts';
import { parseManifest } from '../manifests/documents.ts';
import type { NamespaceOptions } from '../manifests/edit-manifests.ts';
import {
  isNamespace,
  type KnownNamespaces,
  type NamespaceMetadata,
  namespaceMetadata,
  namespacesIn,
  objectsIn,
} from '../manifests/objects.ts';
import { findWorkloads } from '../manifests/workloads.ts';
import { addClusterFlags, type ClusterFlags } from './arguments.ts';
import {
  DEFAULT_NAMESPACE,
  NamespaceReader,
  type OpenCluster,
  requireCluster,
} from './cluster-view.ts';
import { configSource } from './config.ts';
import {
  addInstallNamespace,
  type ConfigFlags,
  type UsedConfig,
  usedConfig,
} from './used-config.ts';

/** The flags that choose the config and the namespaces with which manifests are edited. */
export interface ContextFlags extends ConfigFlags, ClusterFlags {
  readonly namespace?: string;
  readonly fromCluster?: true;
}

/** Adds the flags of `ContextFlags`, without `--config`. */
export function addContextFlags(command: Command): Command {
  command
    .option(
      '-n, --namespace <name>',
      `namespace of objects without metadata.namespace (default: ${DEFAULT_NAMESPACE}; with --from-cluster, the namespace of the context)`,
    )
    .option(
      '--from-cluster',
      'use the config, the namespaces and the Kubernetes version of a cluster. --config replaces the config that is installed there',
    );
  return addClusterFlags(addInstallNamespace(command));
}

/** With what the pods in manifests are edited. */
export interface ManifestContext {
  readonly config: Pick<UsedConfig, 'name' | 'rules'>;
  readonly namespaces: NamespaceOptions;
  /** One sentence for each namespace that does not exist in the cluster. */
  readonly notes: readonly string[];
}

/**
 * Reads the config and the namespaces for manifests. Only `--from-cluster` reads a cluster. What cannot be read there is
 * an error: a result for other annotations or another config would look right.
 *
 * @throws AppError `usage`, `file`, `config` or `cluster`
 */
export async function manifestContext(
  flags: ContextFlags,
  texts: readonly string[],
): Promise<ManifestContext> {
  if (flags.fromCluster) {
    const cluster = await requireCluster(flags);
    try {
      return await contextOf(cluster, flags, texts);
    } finally {
      cluster.close();
    }
  }
  const faults = CLUSTER_ONLY.filter(([key]) => flags[key] !== undefined).map(
    ([, flag]) => `${flag} is only valid with --from-cluster`,
  );
  if (faults.length > 0) throw faultsError('usage', faults);
  const { rules, namespaces } = (await configSource(flags.config)).get();
  const name = flags.config || 'built-in config';
  const namespace = flags.namespace ?? DEFAULT_NAMESPACE;
  return {
    config: { name, rules },
    namespaces: { namespace, usesDefaults: namespaces.annotations },
    notes: [],
  };
}

const CLUSTER_ONLY = [
  ['installNamespace', '--install-namespace'],
  ['kubeconfig', '--kubeconfig'],
  ['context', '--context'],
] as const satisfies readonly (readonly [keyof ContextFlags, string])[];

async function contextOf(
  cluster: OpenCluster,
  flags: ContextFlags,
  texts: readonly string[],
): Promise<ManifestContext> {
  const config = await usedConfig(flags, cluster);
  if (config.unreadable !== undefined) throw config.unreadable;
  const namespace = flags.namespace ?? cluster.namespace;
  const usesDefaults = config.namespaces.annotations;
  if (!readsNamespaces(config))
    return { config, namespaces: { namespace, usesDefaults }, notes: [] };
  const documents = texts.flatMap(
    (text) => parseManifest(text, config.rules.annotationPrefix).documents,
  );
  const { namespaces, missing, unreadable } = await liveNamespaces(
    documents,
    namespace,
    new NamespaceReader(cluster),
    config.rules,
  );
  if (unreadable.length > 0) throw faultsError('cluster', unreadable);
  return {
    config,
    namespaces: { namespace, usesDefaults, namespaces },
    notes: missing.map(missingNamespace),
  };
}

/** Says that a namespace of a workload does not exist. */
export function missingNamespace(name: string): string {
  return `namespace ${name} does not exist in the cluster`;
}

/** The namespaces of the workloads in manifests, as they are in the cluster. */
export interface LiveNamespaces {
  /** Without those that the manifests contain completely. */
  readonly namespaces: KnownNamespaces;
  /** The names of those that are neither in the cluster nor in the manifests. */
  readonly missing: readonly string[];
  /** Why a namespace is unreadable, one sentence each. */
  readonly unreadable: readonly string[];
}

/**
 * Reads the namespaces of all workloads in manifests.
 *
 * @param namespace the namespace of objects without `metadata.namespace`.
 */
export async function liveNamespaces(
  documents: readonly { readonly value: Json | undefined }[],
  namespace: string,
  reader: NamespaceReader,
  { podTemplates, namespaceLabels }: Rules,
): Promise<LiveNamespaces> {
  const inManifests = namespacesIn(documents);
  const created = new Set(
    documents
      .flatMap(({ value }) => objectsIn(value).filter(isNamespace))
      .map(({ object }) => objectAt(object, 'metadata')['name']),
  );
  const namespaces = new Map<string, NamespaceMetadata>();
  const missing: string[] = [];
  const unreadable: string[] = [];
  const workloads = documents.flatMap(({ value }) => findWorkloads(value, podTemplates));
  for (const name of new Set(workloads.map((workload) => workload.namespace ?? namespace))) {
    const { annotations, labels } = inManifests.get(name) ?? {};
    if (annotations && (labels || namespaceLabels.size === 0)) continue;
    const read = await reader.get(name);
    if ('unreadable' in read) unreadable.push(unreadableDefaults(name, read));
    else if (read.value === undefined && !created.has(name)) missing.push(name);
    else namespaces.set(name, namespaceMetadata(read.value));
  }
  return { namespaces, missing, unreadable };
}
