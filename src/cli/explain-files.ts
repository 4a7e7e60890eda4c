import type { ClusterObjects } from '../cluster/cluster-objects.ts';
import { AppError } from '../errors.ts';
import { annotationsOf } from '../explanation/live-pod.ts';
import { objectAt } from '../explanation/webhook-entries.ts';
import { type ManifestDocument, readDocuments } from '../manifest/documents.ts';
import { injectManifests, type WorkloadReport } from '../manifest/inject.ts';
import { isNamespace, type NamespaceAnnotations, namespacesIn } from '../manifest/namespaces.ts';
import { objectsIn, type Path } from '../manifest/objects.ts';
import { findWorkloads } from '../manifest/workloads.ts';
import { openCluster, ReadNamespaces, readWebhooks } from './cluster-view.ts';
import { explainWorkload, type Surroundings } from './explain-workload.ts';
import type { Explained, ExplainedAll } from './explained.ts';
import { located } from './inject.ts';
import { manifestRules } from './manifest-rules.ts';
import { type ManifestFile, readManifest } from './read-manifest.ts';
import { type ConfigFlags, type UsedConfig, usedConfig } from './used-config.ts';

interface FileFlags extends ConfigFlags {
  readonly namespace: string;
}

/** With a config given, manifests are explained without a cluster. */
export async function explainFiles(
  names: readonly string[],
  flags: FileFlags,
): Promise<ExplainedAll> {
  const files = await Promise.all(names.map(readManifest));
  const faults = files.flatMap(({ name, text }) => located(name, readDocuments(text).faults));
  if (faults.length > 0) throw new AppError('manifest', faults.join('\npodherald: '));
  const cluster = flags.config === undefined ? await openCluster() : undefined;
  try {
    const config = await usedConfig(flags, cluster);
    // One that did not even answer is not asked again.
    const isAway = config.trouble !== undefined && config.trouble.status === undefined;
    return {
      config,
      explained: await explainTexts(files, config, isAway ? undefined : cluster, flags),
    };
  } finally {
    cluster?.close();
  }
}

async function explainTexts(
  files: readonly ManifestFile[],
  config: UsedConfig,
  cluster: ClusterObjects | undefined,
  { namespace }: FileFlags,
): Promise<Explained[]> {
  const rules = manifestRules(config.rules);
  const read = files.map(({ name, text }) => ({ name, ...readDocuments(text) }));
  const documents = read.flatMap((file) => file.documents);
  const places = namespacePlaces(read);
  const given = namespacesIn(documents);
  const live = cluster && new ReadNamespaces(cluster);
  const names = documents
    .flatMap(({ value }) => findWorkloads(value))
    .map((workload) => workload.namespace ?? namespace);
  const known = config.namespaces.annotations
    ? await annotationsIn(live, new Set(names))
    : new Map();
  const namespaces: NamespaceAnnotations = new Map([...known, ...given]);
  const webhooks = cluster && (await readWebhooks(cluster));
  const texts = files.map(({ text }) => text);
  const injected = injectManifests(texts, { rules, namespace, annotate: new Map(), namespaces });
  const around = async (file: string, report: WorkloadReport): Promise<Surroundings> => {
    const name = report.workload.namespace ?? namespace;
    const annotations = namespaces.get(name);
    const namespaceObject = live && (await live.get(name));
    return {
      namespace: { name, ...(annotations && { annotations }) },
      ...(namespaceObject && { namespaceObject }),
      ...(webhooks && { webhooks }),
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
  return Promise.all(explained);
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

/** Those that cannot be read say nothing. */
async function annotationsIn(
  live: ReadNamespaces | undefined,
  names: ReadonlySet<string>,
): Promise<Map<string, Readonly<Record<string, string>>>> {
  const found = new Map<string, Readonly<Record<string, string>>>();
  for (const name of live === undefined ? [] : names) {
    const known = await live?.get(name);
    if (known !== undefined && 'value' in known) found.set(name, annotationsOf(known.value));
  }
  return found;
}
