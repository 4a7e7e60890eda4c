import type { ApiClient } from '../cluster/api-client.ts';
import { ApiError } from '../cluster/api-error.ts';
import { mutate } from '../core/admission/mutate.ts';
import type { JsonObject } from '../core/api/json.ts';
import { namespaceFrom } from '../diagnosis/cluster-state.ts';
import { explainWorkload } from '../diagnosis/explain-workload.ts';
import { controllerOf, ownerOf } from '../diagnosis/object-metadata.ts';
import { findWorkloads, originOf, type Workload } from '../manifests/workloads.ts';
import type { ClusterFlags } from './arguments.ts';
import { NamespaceReader, readInjectors, readResult, requireCluster } from './cluster-view.ts';
import type { ExplainResult } from './explain-output.ts';
import { manifestRules } from './manifest-files.ts';
import { type ObjectName, objectOf } from './object-path.ts';
import { type ConfigFlags, usedConfig } from './used-config.ts';

/**
 * Explains a pod or workload of the cluster.
 *
 * @throws AppError `cluster` if the object is unreadable, `config` if the config is invalid.
 */
export async function explainObject(
  object: ObjectName,
  flags: ConfigFlags & ClusterFlags & { readonly namespace?: string },
): Promise<ExplainResult> {
  const cluster = await requireCluster(flags);
  try {
    const name = flags.namespace ?? cluster.namespace;
    const namespaces = new NamespaceReader(cluster);
    const value = await readObject(cluster, namespaces, object, name);
    const config = await usedConfig(flags, cluster);
    const injectors = await readInjectors(cluster);
    const namespaceObject = await namespaces.get(name);
    const rules = object.kind === 'Pod' ? config.rules : manifestRules(config.rules);
    const namespace = namespaceFrom(name, namespaceObject, config.namespaces.annotations);
    const context = {
      ...injectors,
      namespace,
      namespaceObject,
      rules,
      locations: {
        pod: () => undefined,
        namespace: () => undefined,
        config: config.locationOf,
      },
      owner: await readResult(topOwner(value, name, cluster)),
      isLive: true,
    };
    const explained = findWorkloads(value).map((workload) =>
      explainWorkload(
        workload,
        mutate(workload.template, originOf(namespace, workload), rules),
        context,
      ),
    );
    return { config, explained, notes: [] };
  } finally {
    cluster.close();
  }
}

async function readObject(
  cluster: ApiClient,
  namespaces: NamespaceReader,
  { kind, name, path }: ObjectName,
  namespace: string,
): Promise<JsonObject> {
  const object = await cluster.read(path(namespace));
  if (object !== undefined) return object;
  await namespaces.require(namespace);
  throw new ApiError(`${kind} ${name} does not exist in namespace ${namespace}`);
}

/**
 * The topmost owner of a pod, whose manifest a person wrote: the Deployment instead of its
 * ReplicaSet, the CronJob instead of its Job. A Deployment is recognized by the label of its pods, as
 * in `audit`. Below a custom controller, the topmost owner is the topmost object of a supported kind.
 *
 * @returns undefined if the pod has no owner of a supported kind.
 * @throws ApiError if an owner is unreadable.
 */
async function topOwner(
  pod: JsonObject,
  namespace: string,
  cluster: ApiClient,
): Promise<Workload | undefined> {
  let top: Workload | undefined;
  let object = pod;
  for (;;) {
    const owner = controllerOf(object) && ownerOf(object);
    const name = owner && objectOf(owner.kind, owner.name);
    const next = name && (await cluster.read(name.path(namespace)));
    if (next === undefined) return top;
    object = next;
    [top] = findWorkloads(next);
  }
}
