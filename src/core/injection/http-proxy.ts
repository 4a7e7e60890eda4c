import type { EnvVar } from '../api/pod.ts';
import { type Finding, finding } from '../decision/findings.ts';
import { containerCause, type PlacedContainer } from '../decision/pod-parts.ts';

/** Clients for plain HTTP read one or both spellings: curl and wget only `http_proxy`, Python both. */
const PROXIES = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'];

/** Most clients read only the first one that is set. */
const EXCEPTIONS = ['no_proxy', 'NO_PROXY'];

/** Ranges such as `127.0.0.0/8` and patterns such as `127.*` are not in the list: many clients do not know them. */
const COVERS_LOOPBACK = new Set(['*', '127.0.0.1']);

/** A reference to another variable, such as `$(COMPANY_NO_PROXY)`. */
const REFERENCE = '$(';

/**
 * Warns about a container whose HTTP clients send requests to the ambassador through a proxy. In the proxy, 127.0.0.1
 * is the proxy itself. No warning if the exceptions are unknown, because they come from a ConfigMap, for example.
 */
export function proxiedRequests(placed: PlacedContainer): Finding[] {
  const { name, env, envFrom } = placed.container;
  if (!env || (Array.isArray(envFrom) && envFrom.length > 0)) return [];
  const variables = new Map(env.map((variable) => [variable.name, variable]));
  const proxy = PROXIES.find((one) => !isEmpty(variables.get(one)));
  if (proxy === undefined || variables.has('KUBE_API_URL')) return [];
  const exceptions = EXCEPTIONS.map((one) => variables.get(one)).find((one) => one !== undefined);
  if (exceptions !== undefined && mayCoverLoopback(exceptions)) return [];
  const slots = { container: name, variable: proxy };
  return [finding('http_proxy', slots, containerCause(placed, 'env'))];
}

function isEmpty(variable: EnvVar | undefined): boolean {
  return (variable?.value ?? '') === '' && variable?.valueFrom === undefined;
}

function mayCoverLoopback({ value = '', valueFrom }: EnvVar): boolean {
  if (valueFrom !== undefined || typeof value !== 'string' || value.includes(REFERENCE))
    return true;
  return value.split(/[\s,]+/).some((one) => COVERS_LOOPBACK.has(one));
}
