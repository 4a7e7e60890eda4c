import type { ApiClient } from '../cluster/api-client.ts';
import { ApiError } from '../cluster/api-error.ts';
import { mutate } from '../core/admission/mutate.ts';
import type { JsonObject } from '../core/api/json.ts';
import { findWorkloads } from '../manifests/workloads.ts';
import {
  namespaceFrom,
  type OpenCluster,
  openCluster,
  ReadNamespaces,
  readInjectors,
} from './cluster-view.ts';
import { explainWorkload } from './explain-workload.ts';
import type { ExplainedAll } from './explained.ts';
import { manifestRules } from './manifest-files.ts';
import type { ObjectName } from './object-path.ts';
import { topOwner } from './top-owner.ts';
import { type ConfigFlags, usedConfig } from './used-config.ts';

/** @throws AppError `cluster` where the object cannot be read. */
export async function explainObject(
  object: ObjectName,
  flags: ConfigFlags & { readonly namespace?: string },
): Promise<ExplainedAll> {
  const cluster = await theCluster();
  try {
    const name = flags.namespace ?? cluster.namespace;
    const namespaces = new ReadNamespaces(cluster);
    const value = await readObject(cluster, namespaces, object, name);
    const config = await usedConfig(flags, cluster);
    const injectors = await readInjectors(cluster);
    const namespaceObject = await namespaces.get(name);
    const rules = object.kind === 'Pod' ? config.rules : manifestRules(config.rules);
    const namespace = namespaceFrom(name, namespaceObject, config.namespaces.annotations);
    const places = { pod: () => undefined, namespace: () => undefined, config: config.placeOf };
    const owner = await topOwner(value, name, cluster);
    const around = {
      ...injectors,
      namespace,
      namespaceObject,
      rules,
      places,
      owner,
      isLive: true,
    };
    const explained = findWorkloads(value).map((workload) =>
      explainWorkload(workload, mutate(workload.template, namespace, rules), around),
    );
    return { config, explained, notes: [] };
  } finally {
    cluster.close();
  }
}

/** @throws AppError `cluster` where none is configured. */
export async function theCluster(): Promise<OpenCluster> {
  const cluster = await openCluster();
  if (cluster !== undefined) return cluster;
  throw new ApiError(
    'no cluster is configured: set KUBECONFIG, or have a ~/.kube/config, as kubectl does',
  );
}

async function readObject(
  cluster: ApiClient,
  namespaces: ReadNamespaces,
  { kind, name, path }: ObjectName,
  namespace: string,
): Promise<JsonObject> {
  const object = await cluster.read(path(namespace));
  if (object !== undefined) return object;
  await namespaces.expect(namespace);
  throw new ApiError(`there is no ${kind} ${name} in namespace ${namespace}`);
}
