import { isObject, type Json, type JsonObject } from '../api/json.ts';
import type { Container, Pod, ResourceRequirements } from '../api/pod.ts';
import { quantityOf, sameQuantity } from '../api/quantity.ts';
import type { PodParts } from '../decision/pod-parts.ts';
import type { AmbassadorRules, Amounts } from '../decision/rules.ts';

/** With 10m the startup probe starves, and the app waits 21 s for it; with 100m it waits 2 s. */
const CPU_LIMIT = '100m';
const MEMORY_LIMIT = '128Mi';

/** The resources that decide a pod's QoS class (kubernetes pkg/apis/core/v1/helper/qos ComputePodQOS). */
export const COUNTED = ['cpu', 'memory'] as const;
type Counted = (typeof COUNTED)[number];

/**
 * The resources of the ambassador. `spec.resources` is the budget of the pod as a whole.
 *
 * | cpu, and likewise memory, in the pod                         | the ambassador's                         |
 * | ------------------------------------------------------------ | ---------------------------------------- |
 * | spec.resources has a limit, and a request exists anywhere    | request 0, limit within the pod's limit  |
 * | spec.resources has only a limit, and no container has any    | none: the pod's request stays its limit  |
 * | spec.resources has only a request, all containers have limits | request 0 and limit 0                   |
 * | spec.resources has only a request                            | request 0, the configured limit          |
 * | no spec.resources, and the pod may be Guaranteed             | request = limit: it stays Guaranteed     |
 * | no spec.resources, and all containers have cpu limits        | as configured, with a cpu limit          |
 * | no spec.resources                                            | as configured                            |
 *
 * Any request may exceed the budget, and so may the value that a LimitRange fills in for a missing
 * one: 0 is the only amount that always fits. A request of any container, even 0, stops the API
 * server from deriving the pod's request from its limit (KEP-2837). If every container has a limit,
 * the API server sets the pod's limit to their sum (since 1.37, kubernetes pkg/api/pod
 * DefaultPodLevelResources): a limit of 0 adds nothing to it, and the pod's limit then applies.
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

/** A container, or the pod as a whole. */
interface ResourceOwner {
  readonly resources?: ResourceRequirements | null;
}

/**
 * Whether the pod may be Guaranteed. If `spec.resources` has only a request or only a limit, the
 * API server derives the other from the containers' sums. They are not added up here, but assumed
 * to be equal.
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

/** Whether request and limit are equal. The API server uses a limit as the missing request. */
function isFixed(owner: ResourceOwner, name: Counted): boolean {
  const [request, limit] = [requestIn(owner, name), limitIn(owner, name)];
  return limit !== undefined && (request === undefined || sameQuantity(request, limit));
}

function has(container: Container, name: Counted): boolean {
  return requestIn(container, name) !== undefined || limitIn(container, name) !== undefined;
}

function requestIn({ resources }: ResourceOwner, name: Counted): string | undefined {
  return amountIn(resources?.requests, name);
}

function limitIn({ resources }: ResourceOwner, name: Counted): string | undefined {
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

/** The amounts of other resources, such as ephemeral-storage, which are used as configured. */
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
