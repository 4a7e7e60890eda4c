import type { ApiClient } from '../cluster/api-client.ts';
import { ApiError } from '../cluster/api-error.ts';
import type { Annotations } from '../core/api/pod.ts';
import { unreadableDefaults } from '../diagnosis/cluster-state.ts';
import { explainWorkload, type WorkloadContext } from '../diagnosis/explain-workload.ts';
import { annotationsOf, objectAt } from '../diagnosis/object-metadata.ts';
import { AppError, faultsError } from '../errors.ts';
import { type ManifestDocument, parseManifest } from '../manifests/documents.ts';
import { injectManifests, type WorkloadReport } from '../manifests/inject.ts';
import {
  isNamespace,
  type NamespaceAnnotations,
  namespacesIn,
  objectsIn,
  type Path,
} from '../manifests/objects.ts';
import { findWorkloads } from '../manifests/workloads.ts';
import {
  DEFAULT_NAMESPACE,
  NamespaceReader,
  type OpenCluster,
  openCluster,
  readInjectors,
} from './cluster-view.ts';
import type { ExplainResult } from './explain-output.ts';
import { located, type ManifestFile, manifestRules, readManifest } from './manifest-files.ts';
import {
  type ConfigFlags,
  isClusterUnreachable,
  type UsedConfig,
  usedConfig,
} from './used-config.ts';

/**
 * Explains every pod and workload in manifests. With `--config` no cluster is read.
 *
 * @param names of files; `-` is standard input.
 * @throws AppError `file`, `manifest` or `config`. A cluster that is unreachable is only noted.
 */
export async function explainFiles(
  names: readonly string[],
  flags: ConfigFlags & { readonly namespace?: string },
): Promise<ExplainResult> {
  const files = await Promise.all(names.map(readManifest));
  const faults = files.flatMap(({ name, text }) => located(name, parseManifest(text).faults));
  if (faults.length > 0) throw faultsError('manifest', faults);
  const found = flags.config === undefined ? await clusterIfAny() : undefined;
  const cluster = found instanceof ApiError ? undefined : found;
  try {
    const config = await usedConfig(flags, found);
    const namespace = flags.namespace ?? cluster?.namespace ?? DEFAULT_NAMESPACE;
    const reachable = isClusterUnreachable(config) ? undefined : cluster;
    return { config, ...(await explainTexts(files, config, reachable, namespace)) };
  } finally {
    cluster?.close();
  }
}

/** An invalid kubeconfig is returned as an error: manifests can be explained without a cluster. */
async function clusterIfAny(): Promise<OpenCluster | ApiError | undefined> {
  try {
    return await openCluster();
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    return new ApiError(cause.message, { cause });
  }
}

/** @param namespace the namespace of objects that name none. */
async function explainTexts(
  files: readonly ManifestFile[],
  config: UsedConfig,
  cluster: ApiClient | undefined,
  namespace: string,
): Promise<Omit<ExplainResult, 'config'>> {
  const rules = manifestRules(config.rules);
  const read = files.map(({ name, text }) => ({ name, ...parseManifest(text) }));
  const documents = read.flatMap((file) => file.documents);
  const inManifests = namespacesIn(documents);
  const locations = namespaceLocations(read);
  const reader = cluster && new NamespaceReader(cluster);
  const names = documents
    .flatMap(({ value }) => findWorkloads(value))
    .map((workload) => workload.namespace ?? namespace)
    .filter((name) => !inManifests.has(name));
  const { inCluster, notes } =
    reader !== undefined && config.namespaces.annotations
      ? await readNamespaces(reader, new Set(names), (name) => locations.has(name))
      : { inCluster: new Map<string, Annotations>(), notes: [] };
  const namespaces: NamespaceAnnotations = new Map([...inCluster, ...inManifests]);
  const injectors = cluster && (await readInjectors(cluster));
  const texts = files.map(({ text }) => text);
  const injected = injectManifests(texts, { rules, namespace, annotate: new Map(), namespaces });
  const contextOf = async (file: string, report: WorkloadReport): Promise<WorkloadContext> => {
    const name = report.workload.namespace ?? namespace;
    const annotations = namespaces.get(name);
    const namespaceObject = reader && (await reader.get(name));
    return {
      namespace: { name, ...(annotations && { annotations }) },
      ...(namespaceObject && { namespaceObject }),
      ...injectors,
      rules,
      locations: {
        pod: (path) => `${file}:${report.lineOf(path)}`,
        namespace: (one, path) => locations.get(one)?.(path),
        config: config.locationOf,
      },
      isLive: false,
    };
  };
  const explained = injected.flatMap(({ reports }, index) =>
    reports.map(async (report) => {
      const context = await contextOf(files[index]?.name ?? '', report);
      return explainWorkload(report.workload, report.mutation, context);
    }),
  );
  return { explained: await Promise.all(explained), notes };
}

/** The locations in each Namespace of the manifests. Of several with one name, the last is used. */
function namespaceLocations(
  files: readonly { readonly name: string; readonly documents: readonly ManifestDocument[] }[],
): Map<string, (path: Path) => string> {
  return new Map(
    files.flatMap(({ name: file, documents }) =>
      documents.flatMap(({ value, lineOf }) =>
        objectsIn(value)
          .filter(isNamespace)
          .map(({ object, path: start }): [string, (path: Path) => string] => [
            String(objectAt(object, 'metadata')['name']),
            (path) => `${file}:${lineOf([...start, ...path])}`,
          ]),
      ),
    ),
  );
}

interface NamespacesRead {
  readonly inCluster: ReadonlyMap<string, Annotations>;
  /** One sentence for each namespace that is unreadable or does not exist. */
  readonly notes: readonly string[];
}

async function readNamespaces(
  reader: NamespaceReader,
  names: ReadonlySet<string>,
  isInManifests: (name: string) => boolean,
): Promise<NamespacesRead> {
  const inCluster = new Map<string, Annotations>();
  const notes: string[] = [];
  for (const name of names) {
    const read = await reader.get(name);
    if ('unreadable' in read) notes.push(unreadableDefaults(name, read));
    else inCluster.set(name, annotationsOf(read.value));
    const isMissing = 'value' in read && read.value === undefined;
    if (isMissing && !isInManifests(name)) {
      notes.push(`namespace ${name} does not exist in the cluster`);
    }
  }
  return { inCluster, notes };
}
