import type { ApiClient } from '../cluster/api-client.ts';
import { ApiError } from '../cluster/api-error.ts';
import { readsNamespaces } from '../config/compile.ts';
import type { Rules } from '../core/decision/rules.ts';
import { explainWorkload } from '../diagnosis/explain-workload.ts';
import { objectAt } from '../diagnosis/object-metadata.ts';
import { AppError, faultsError } from '../errors.ts';
import { type ManifestDocument, parseManifest } from '../manifests/documents.ts';
import { injectManifests } from '../manifests/inject.ts';
import {
  completedBy,
  isNamespace,
  type KnownNamespaces,
  knownNamespace,
  namespacesIn,
  objectsIn,
  type Path,
} from '../manifests/objects.ts';
import type { ClusterFlags } from './arguments.ts';
import {
  DEFAULT_NAMESPACE,
  NamespaceReader,
  type OpenCluster,
  openCluster,
  readInjectors,
  requireCluster,
} from './cluster-view.ts';
import type { ExplainResult } from './explain-output.ts';
import { liveNamespaces, missingNamespace } from './manifest-context.ts';
import {
  located,
  type ManifestFile,
  manifestRules,
  type RecursiveFlags,
  readManifests,
} from './manifest-files.ts';
import {
  type ConfigFlags,
  isClusterUnreachable,
  type UsedConfig,
  usedConfig,
} from './used-config.ts';

/**
 * Explains every pod and workload in manifests. With `--config`, a cluster is read only if a flag chooses it.
 *
 * @param names of files; `-` is standard input.
 * @throws AppError `file`, `manifest` or `config`. An unreachable cluster is not an error: the result says so.
 */
export async function explainFiles(
  names: readonly string[],
  flags: ConfigFlags & ClusterFlags & RecursiveFlags & { readonly namespace?: string },
): Promise<ExplainResult> {
  const files = await readManifests(names, flags);
  const isChosen = flags.kubeconfig !== undefined || flags.context !== undefined;
  const found = isChosen ? await requireCluster(flags) : await clusterUnlessConfig(flags);
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
async function clusterUnlessConfig({
  config,
}: ConfigFlags): Promise<OpenCluster | ApiError | undefined> {
  if (config !== undefined) return undefined;
  try {
    return await openCluster({});
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    return new ApiError(cause.message, { cause });
  }
}

/** @param namespace the namespace of objects without `metadata.namespace`. */
async function explainTexts(
  files: readonly ManifestFile[],
  config: UsedConfig,
  cluster: ApiClient | undefined,
  namespace: string,
): Promise<Omit<ExplainResult, 'config'>> {
  const rules = manifestRules(config.rules);
  const parsed = files.map(({ name, text }) => ({
    name,
    ...parseManifest(text, rules.annotationPrefix),
  }));
  const faults = parsed.flatMap((file) => located(file.name, file.faults));
  if (faults.length > 0) throw faultsError('manifest', faults);
  const reader = cluster && new NamespaceReader(cluster);
  const usesDefaults = config.namespaces.annotations;
  const { namespaces, locations, notes } = await findNamespaces(
    parsed,
    namespace,
    rules,
    readsNamespaces(config) ? reader : undefined,
  );
  const injectors = cluster && (await readInjectors(cluster));
  const texts = files.map(({ text }) => text);
  const options = { rules, namespace, usesDefaults, annotate: new Map(), namespaces };
  const injected = injectManifests(texts, options);
  const explained = injected.flatMap(({ reports }, index) =>
    reports.map(async ({ workload, mutation, lineOf }) => {
      const name = workload.namespace ?? namespace;
      const namespaceObject = await reader?.get(name);
      return explainWorkload(workload, mutation, {
        namespace: knownNamespace(name, namespaces.get(name), usesDefaults),
        ...(namespaceObject && { namespaceObject }),
        ...injectors,
        rules,
        locations: {
          pod: (path) => `${files[index]?.name}:${lineOf(path)}`,
          namespace: (one, path) => locations.get(one)?.(path),
          config: config.locationOf,
        },
        isLive: false,
      });
    }),
  );
  const remarks = injected.flatMap((file, index) => located(files[index]?.name ?? '', file.notes));
  return { explained: await Promise.all(explained), notes: [...notes, ...remarks] };
}

interface ParsedFile {
  readonly name: string;
  readonly documents: readonly ManifestDocument[];
}

/** The namespaces of the workloads in manifests. */
interface FoundNamespaces {
  /** By name. A Namespace in the manifests takes precedence over that of the cluster. */
  readonly namespaces: KnownNamespaces;
  /** Finds the location of a path in each Namespace of the manifests. */
  readonly locations: ReadonlyMap<string, (path: Path) => string>;
  /** One sentence for each namespace that is unreadable or does not exist. */
  readonly notes: readonly string[];
}

/** @param reader reads the namespaces of the cluster; undefined to use those of the manifests only. */
async function findNamespaces(
  files: readonly ParsedFile[],
  namespace: string,
  rules: Rules,
  reader: NamespaceReader | undefined,
): Promise<FoundNamespaces> {
  const documents = files.flatMap((file) => file.documents);
  const inManifests = namespacesIn(documents);
  const locations = namespaceLocations(files);
  if (reader === undefined) return { namespaces: inManifests, locations, notes: [] };
  const live = await liveNamespaces(documents, namespace, reader, rules);
  return {
    namespaces: completedBy(inManifests, live.namespaces),
    locations,
    notes: [...live.unreadable, ...live.missing.map(missingNamespace)],
  };
}

/** Of several Namespaces with one name, the last is used. */
function namespaceLocations(files: readonly ParsedFile[]): FoundNamespaces['locations'] {
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
