import { isObject, type Json, type JsonObject } from '../api/json.ts';
import type { Container, Pod, ResourceRequirements } from '../api/pod.ts';
import { quantityOf, sameQuantity } from '../api/quantity.ts';
import type { AmbassadorRules, Amounts } from '../decision/ambassador-rules.ts';
import { appContainers } from '../decision/own-ambassador.ts';

/** With 10m the startup probe starves and the app waits 21 s for it; with this, 2 s. */
const CPU_LIMIT = '100m';
const MEMORY_LIMIT = '128Mi';

/**
 * | the pod                            | the ambassador's resources                        |
 * | ---------------------------------- | ------------------------------------------------- |
 * | has resources as a whole           | requests of 0, and limits within the pod's        |
 * | is Guaranteed                      | requests equal to limits, so that it stays so     |
 * | has a cpu limit in every container | those configured, and a cpu limit for their quota |
 * | is any other                       | those configured                                  |
 */
export function ambassadorResources(pod: Pod, { resources }: AmbassadorRules): JsonObject {
  if (hasAmounts(pod.spec.resources)) return within(pod.spec.resources, resources);
  const containers = appContainers(pod);
  if (containers.every(isGuaranteed)) return guaranteed(resources);
  const { requests, limits } = resources;
  if (!containers.every(({ resources: own }) => own?.limits?.['cpu'] !== undefined)) {
    return { requests, limits };
  }
  return { requests, limits: { cpu: larger(CPU_LIMIT, requests['cpu']), ...limits } };
}

/**
 * Any request may exceed the pod's budget, and so may what a LimitRange fills in where nothing is
 * written: 0 is the only amount that always fits. No container's limit may pass the pod's.
 */
function within(
  whole: ResourceRequirements | null | undefined,
  { requests, limits }: AmbassadorRules['resources'],
): JsonObject {
  const ofPod = whole?.limits ?? {};
  const capped = ['cpu', 'memory'].flatMap((name) => {
    const [limit, own] = [ofPod[name], limits[name]];
    if (limit === undefined) return [];
    return [[name, own === undefined ? limit : smaller(own, textOf(limit))]];
  });
  return {
    requests: { ...requests, cpu: '0', memory: '0' },
    limits: { ...limits, ...Object.fromEntries(capped) },
  };
}

function hasAmounts(resources: ResourceRequirements | null | undefined): boolean {
  return [resources?.requests, resources?.limits].some(
    (amounts) => isObject(amounts) && Object.keys(amounts).length > 0,
  );
}

/** As kubelet reckons it: cpu and memory count (pkg/apis/core/v1/helper/qos ComputePodQOS). */
function isGuaranteed({ resources }: Container): boolean {
  return ['cpu', 'memory'].every((name) => {
    const limit = resources?.limits?.[name];
    if (limit === undefined) return false;
    const request = isObject(resources?.requests) ? resources.requests[name] : undefined;
    // The API server makes a request out of a limit that stands alone.
    return request === undefined || sameQuantity(textOf(request), textOf(limit));
  });
}

function textOf(quantity: Json | undefined): string {
  return typeof quantity === 'number' ? String(quantity) : `${quantity ?? ''}`;
}

function guaranteed({ requests, limits }: AmbassadorRules['resources']): JsonObject {
  const amounts: Amounts = {
    cpu: larger(CPU_LIMIT, requests['cpu']),
    memory: larger(MEMORY_LIMIT, requests['memory']),
    ...limits,
  };
  return { requests: { ...requests, ...amounts }, limits: amounts };
}

function larger(one: string, other = '0'): string {
  return (quantityOf(other) ?? 0) > (quantityOf(one) ?? 0) ? other : one;
}

function smaller(one: string, other: string): string {
  return larger(one, other) === one ? other : one;
}
