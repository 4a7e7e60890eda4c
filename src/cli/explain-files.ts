import type { ApiClient } from '../cluster/api-client.ts';
import { ApiError } from '../cluster/api-error.ts';
import type { Annotations } from '../core/api/pod.ts';
import { annotationsOf } from '../diagnosis/live-pod.ts';
import { objectAt } from '../diagnosis/webhook-entries.ts';
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
  namespaceGap,
  type OpenCluster,
  openCluster,
  ReadNamespaces,
  readInjectors,
} from './cluster-view.ts';
import { explainWorkload, type Surroundings } from './explain-workload.ts';
import type { ExplainedAll } from './explained.ts';
import { located, type ManifestFile, manifestRules, readManifest } from './manifest-files.ts';
import { type ConfigFlags, isAway, type UsedConfig, usedConfig } from './used-config.ts';

interface FileFlags extends ConfigFlags {
  readonly namespace?: string;
}

/** With a config given, manifests are explained without a cluster. */
export async function explainFiles(
  names: readonly string[],
  flags: FileFlags,
): Promise<ExplainedAll> {
  const files = await Promise.all(names.map(readManifest));
  const faults = files.flatMap(({ name, text }) => located(name, parseManifest(text).faults));
  if (faults.length > 0) throw faultsError('manifest', faults);
  const found = flags.config === undefined ? await clusterIfAny() : undefined;
  const cluster = found instanceof ApiError ? undefined : found;
  try {
    const config = await usedConfig(flags, found);
    const namespace = flags.namespace ?? cluster?.namespace ?? DEFAULT_NAMESPACE;
    return {
      config,
      ...(await explainTexts(files, config, isAway(config) ? undefined : cluster, namespace)),
    };
  } finally {
    cluster?.close();
  }
}

/** A manifest can be explained without one, also where the kubeconfig is at fault. */
async function clusterIfAny(): Promise<OpenCluster | ApiError | undefined> {
  try {
    return await openCluster();
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    return new ApiError(cause.message, { cause });
  }
}

const NO_NAMESPACES: NamespacesRead = { known: new Map(), notes: [] };

async function explainTexts(
  files: readonly ManifestFile[],
  config: UsedConfig,
  cluster: ApiClient | undefined,
  namespace: string,
): Promise<Omit<ExplainedAll, 'config'>> {
  const rules = manifestRules(config.rules);
  const read = files.map(({ name, text }) => ({ name, ...parseManifest(text) }));
  const documents = read.flatMap((file) => file.documents);
  const places = namespacePlaces(read);
  const given = namespacesIn(documents);
  const live = cluster && new ReadNamespaces(cluster);
  const names = documents
    .flatMap(({ value }) => findWorkloads(value))
    .map((workload) => workload.namespace ?? namespace)
    .filter((name) => !given.has(name));
  const counts = config.namespaces.annotations;
  const { known, notes } =
    live !== undefined && counts
      ? await readNamespaces(live, new Set(names), (name) => places.has(name))
      : NO_NAMESPACES;
  const namespaces: NamespaceAnnotations = new Map([...known, ...given]);
  const injectors = cluster && (await readInjectors(cluster));
  const texts = files.map(({ text }) => text);
  const injected = injectManifests(texts, { rules, namespace, annotate: new Map(), namespaces });
  const around = async (file: string, report: WorkloadReport): Promise<Surroundings> => {
    const name = report.workload.namespace ?? namespace;
    const annotations = namespaces.get(name);
    const namespaceObject = live && (await live.get(name));
    return {
      namespace: { name, ...(annotations && { annotations }) },
      ...(namespaceObject && { namespaceObject }),
      ...injectors,
      rules,
      places: {
        pod: (path) => `${file}:${report.lineOf(path)}`,
        namespace: (one, path) => places.get(one)?.(path),
        config: config.placeOf,
      },
      isLive: false,
    };
  };
  const explained = injected.flatMap(({ reports }, index) =>
    reports.map(async (report) => {
      const surroundings = await around(files[index]?.name ?? '', report);
      return explainWorkload(report.workload, report.mutation, surroundings);
    }),
  );
  return { explained: await Promise.all(explained), notes };
}

/** Where each Namespace of the input says something; the last of a name counts. */
function namespacePlaces(
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
  readonly known: ReadonlyMap<string, Annotations>;
  /** What is not known of them, or wrong with them. */
  readonly notes: readonly string[];
}

async function readNamespaces(
  live: ReadNamespaces,
  names: ReadonlySet<string>,
  isGiven: (name: string) => boolean,
): Promise<NamespacesRead> {
  const known = new Map<string, Annotations>();
  const notes: string[] = [];
  for (const name of names) {
    const found = await live.get(name);
    if ('unknown' in found) notes.push(namespaceGap(name, found));
    else known.set(name, annotationsOf(found.value));
    const isMissing = 'value' in found && found.value === undefined;
    if (isMissing && !isGiven(name)) notes.push(`there is no namespace ${name} in the cluster`);
  }
  return { known, notes };
}
