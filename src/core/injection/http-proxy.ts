import type { EnvVar } from '../api/pod.ts';
import { type Finding, finding } from '../decision/findings.ts';
import { containerCause, type PlacedContainer } from '../decision/pod-parts.ts';

/** curl and wget read only the name in lower case for plain HTTP, others both. */
const PROXIES = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'];
const EXCEPTIONS = ['no_proxy', 'NO_PROXY'];

/** `*`, `127.0.0.1`, `127.0.0.0/8`, or the start of an address, as some clients allow. */
const COVERS_LOOPBACK = /^(?:\*|127\..*)$/;

/** A reference to another variable, such as `$(COMPANY_NO_PROXY)`. */
const REFERENCE = '$(';

/**
 * Warns about a container whose HTTP clients send requests to the ambassador through a proxy. In the proxy, 127.0.0.1
 * is the proxy itself. No warning if the exceptions are unknown, because they come from a ConfigMap, for example.
 */
export function proxiedRequests(placed: PlacedContainer): Finding[] {
  const { name, env, envFrom } = placed.container;
  if (!env || (Array.isArray(envFrom) && envFrom.length > 0)) return [];
  const proxy = env.find((variable) => PROXIES.includes(variable.name) && !isEmpty(variable));
  if (proxy === undefined) return [];
  if (env.some((variable) => EXCEPTIONS.includes(variable.name) && mayCoverLoopback(variable))) {
    return [];
  }
  const slots = { container: name, variable: proxy.name };
  return [finding('http_proxy', slots, containerCause(placed, 'env'))];
}

function isEmpty({ value = '', valueFrom }: EnvVar): boolean {
  return value === '' && valueFrom === undefined;
}

function mayCoverLoopback({ value = '', valueFrom }: EnvVar): boolean {
  if (valueFrom !== undefined || typeof value !== 'string' || value.includes(REFERENCE))
    return true;
  return value.split(/[\s,]+/).some((one) => COVERS_LOOPBACK.test(one));
}
