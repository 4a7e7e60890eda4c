import { isObject, type Json, type JsonObject } from '../api/json.ts';
import type { Container, Pod, ResourceRequirements } from '../api/pod.ts';
import { quantityOf, sameQuantity } from '../api/quantity.ts';
import type { PodParts } from '../decision/pod-parts.ts';
import type { AmbassadorRules, Amounts } from '../decision/rules.ts';

/** With 10m the startup probe starves and the app waits 21 s for it; with this, 2 s. */
const CPU_LIMIT = '100m';
const MEMORY_LIMIT = '128Mi';

/** What counts for the class of a pod (kubernetes pkg/apis/core/v1/helper/qos ComputePodQOS). */
export const COUNTED = ['cpu', 'memory'] as const;
type Counted = (typeof COUNTED)[number];

/**
 * | of cpu, and of memory, the pod …                    | the ambassador's                              |
 * | --------------------------------------------------- | --------------------------------------------- |
 * | has a limit as a whole, and a request or amounts    | request is 0, its limit within the pod's      |
 * | has but a limit as a whole                          | is nothing: the pod's request stays its limit |
 * | has but a request as a whole, and limits all over   | request and limit are 0, so that it stays     |
 * | has but a request as a whole                        | request is 0, its limit what is configured    |
 * | has none as a whole, and may be Guaranteed          | request equals its limit, so that it stays so |
 * | has none as a whole, but cpu limits all over        | is what is configured, and a cpu limit        |
 * | has none as a whole                                 | is what is configured                         |
 *
 * What a pod has as a whole is a budget. Any request may exceed it, and so may what a LimitRange
 * fills in where nothing is written: 0 is the only amount that always fits. A request of any
 * container keeps the API server from taking the pod's limit for its request, a 0 as well (KEP-2837).
 * Where every container has a limit, it makes the pod's limit of their sum (since 1.37, kubernetes
 * pkg/api/pod DefaultPodLevelResources): a limit of 0 adds nothing to that, and the pod's holds for it.
 */
export function ambassadorResources(
  { pod, appContainers }: PodParts,
  { resources }: AmbassadorRules,
): JsonObject {
  const containers = appContainers.map(({ container }) => container);
  const shares = COUNTED.map((name) => ({ name, ...share(pod, containers, name, resources) }));
  const requests = withAmounts(
    resources.requests,
    shares.map(({ name, request }) => [name, request]),
  );
  const limits = withAmounts(
    resources.limits,
    shares.map(({ name, limit }) => [name, limit]),
  );
  return { ...(!isEmpty(requests) && { requests }), ...(!isEmpty(limits) && { limits }) };
}

interface Share {
  readonly request?: string | undefined;
  readonly limit?: string | undefined;
}

function share(
  pod: Pod,
  containers: readonly Container[],
  name: Counted,
  configured: AmbassadorRules['resources'],
): Share {
  const [request, limit] = [configured.requests[name], configured.limits[name]];
  const [requestOfPod, limitOfPod] = [requestIn(pod.spec, name), limitIn(pod.spec, name)];
  if (requestOfPod !== undefined || limitOfPod !== undefined) {
    const isLimitAlone = requestOfPod === undefined && !containers.some((one) => has(one, name));
    if (isLimitAlone) return {};
    if (limitOfPod !== undefined) return { request: '0', limit: smaller(limitOfPod, limit) };
    return { request: '0', limit: hasLimits(containers, name) ? '0' : limit };
  }
  if (isGuaranteed(pod, containers)) {
    const amount = limit ?? larger(name === 'cpu' ? CPU_LIMIT : MEMORY_LIMIT, request);
    return { request: amount, limit: amount };
  }
  const isLimited = name === 'cpu' && hasLimits(containers, name);
  return { request, limit: limit ?? (isLimited ? larger(CPU_LIMIT, request) : undefined) };
}

/** What has resources: a container, or a pod as a whole. */
interface Owner {
  readonly resources?: ResourceRequirements | null;
}

/**
 * Whether the pod may be Guaranteed. Of what it has but one amount as a whole, the API server makes
 * the other one of the containers' sums, which are not added up here: as if they were equal.
 */
function isGuaranteed(pod: Pod, containers: readonly Container[]): boolean {
  return COUNTED.every((name) => {
    const hasLimit = limitIn(pod.spec, name) !== undefined;
    if (requestIn(pod.spec, name) === undefined) {
      return hasLimit || containers.every((one) => isFixed(one, name));
    }
    return hasLimit ? isFixed(pod.spec, name) : hasLimits(containers, name);
  });
}

function hasLimits(containers: readonly Container[], name: Counted): boolean {
  return containers.every((one) => limitIn(one, name) !== undefined);
}

/** Whether a limit is the request as well: the API server makes one of a limit that stands alone. */
function isFixed(owner: Owner, name: Counted): boolean {
  const [request, limit] = [requestIn(owner, name), limitIn(owner, name)];
  return limit !== undefined && (request === undefined || sameQuantity(request, limit));
}

function has(container: Container, name: Counted): boolean {
  return requestIn(container, name) !== undefined || limitIn(container, name) !== undefined;
}

function requestIn({ resources }: Owner, name: Counted): string | undefined {
  return amountIn(resources?.requests, name);
}

function limitIn({ resources }: Owner, name: Counted): string | undefined {
  return amountIn(resources?.limits, name);
}

function amountIn(amounts: Json | undefined, name: Counted): string | undefined {
  const quantity = isObject(amounts) ? amounts[name] : undefined;
  if (quantity === undefined || quantity === null) return undefined;
  return typeof quantity === 'string' ? quantity : String(quantity);
}

function withAmounts(
  configured: Amounts,
  counted: readonly (readonly [name: Counted, amount: string | undefined])[],
): JsonObject {
  const all = [...counted, ...Object.entries(otherAmounts(configured))];
  return Object.fromEntries(all.filter(([, amount]) => amount !== undefined)) as JsonObject;
}

/** Those of resources that are given as they are configured, such as ephemeral-storage. */
export function otherAmounts(configured: Amounts): Amounts {
  const others = Object.entries(configured).filter(([name]) => !COUNTED.some((of) => of === name));
  return Object.fromEntries(others);
}

function isEmpty(amounts: JsonObject): boolean {
  return Object.keys(amounts).length === 0;
}

function larger(one: string, other = '0'): string {
  return (quantityOf(other) ?? 0) > (quantityOf(one) ?? 0) ? other : one;
}

function smaller(one: string, other: string | undefined): string {
  return other === undefined || larger(one, other) === other ? one : other;
}
