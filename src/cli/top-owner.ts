import type { ApiClient } from '../cluster/api-client.ts';
import { ApiError } from '../cluster/api-error.ts';
import type { JsonObject } from '../core/api/json.ts';
import type { Known } from '../diagnosis/known.ts';
import { controllerOf, ownerOf } from '../diagnosis/owner.ts';
import { findWorkloads, type Workload } from '../manifests/workloads.ts';
import { objectOf } from './object-path.ts';

/**
 * What somebody wrote so that there is a pod: its Deployment and not its ReplicaSet, its CronJob and
 * not its Job. A Deployment is known by its pod's label already, as audit goes by it. Of controllers
 * that are not known here, what they own.
 *
 * @returns no value where nobody but its author made the pod.
 */
export async function topOwner(
  pod: JsonObject,
  namespace: string,
  cluster: ApiClient,
): Promise<Known<Workload | undefined>> {
  let found: Workload | undefined;
  let object = pod;
  try {
    for (;;) {
      const owner = controllerOf(object) && ownerOf(object);
      const place = owner && objectOf(owner.kind, owner.name);
      const next = place && (await cluster.read(place.path(namespace)));
      if (next === undefined) return { value: found };
      object = next;
      [found] = findWorkloads(next);
    }
  } catch (error) {
    if (error instanceof ApiError) return { unknown: error.message };
    throw error;
  }
}
