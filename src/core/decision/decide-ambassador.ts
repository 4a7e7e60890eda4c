import type { Pod } from '../api/pod.ts';
import {
  AMBASSADOR_NAMES,
  accessOf,
  ambassadorPlace,
  freePort,
  isConfinedTo,
  portOf,
  processSharing,
} from './ambassador.ts';
import { declarerOf, freeName, namesTaken, obstacleTo } from './ambassador-obstacles.ts';
import { type FeatureDecision, optedOut, withoutEffect } from './decide-metadata.ts';
import { type Cause, type Finding, finding } from './findings.ts';
import { containerCause, type PodParts } from './pod-parts.ts';
import type { Requests } from './read-annotations.ts';
import { ACCESSES, type Access, type AmbassadorRules, narrowest, type Rules } from './rules.ts';
import { annotationLabel } from './values.ts';

/** The ambassador that a pod should have, or has. */
export interface AmbassadorDecision {
  /** The name of its container. */
  readonly container: string;
  readonly port: number;
  readonly access: Access;
  /** The pod's namespace, to which the access `namespace` is confined. */
  readonly namespace: string;
  /** The annotation that holds the kubeconfig, if one is requested. */
  readonly kubeconfig?: { readonly key: string; readonly requestedBy: Cause };
  readonly rules: AmbassadorRules;
}

/**
 * | the pod, if it or its namespace requests an ambassador | ambassador               |
 * | ------------------------------------------------------ | ------------------------ |
 * | uses `hostNetwork`                                     | none, host_network       |
 * | is for Windows                                         | none, windows            |
 * | is for an API server before 1.29                       | none, server_too_old     |
 * | mounts no token, and only its namespace requests one   | none, automount_disabled |
 * | has other containers with both names of the ambassador | none, names_taken        |
 * | otherwise                                              | one                      |
 *
 * @param namespace the name of the pod's namespace.
 * @param own what the pod requests.
 * @param defaults what its namespace requests.
 */
export function decideAmbassador(
  parts: PodParts,
  namespace: string,
  own: Requests,
  defaults: Requests,
  rules: Rules,
): FeatureDecision<AmbassadorDecision> {
  const requested = own['inject-ambassador'] ?? defaults['inject-ambassador'];
  if (requested?.value === undefined) {
    return { skipped: finding('not_requested', {}), notices: optionsWithoutEffect(own) };
  }
  if (!requested.value) return { skipped: optedOut(requested.annotation), notices: [] };
  const skipped = obstacleTo(parts, requested, rules);
  if (skipped !== undefined) return { skipped, notices: [] };
  const access = decideAccess(own, defaults, rules.ambassador);
  const port = own['ambassador-port'];
  const preferredPort = port?.value ?? rules.ambassador.port;
  const wanted: AmbassadorDecision = {
    container: freeName(parts),
    port: freePort(
      parts.appContainers.map(({ container }) => container),
      preferredPort,
    ),
    access: access.access,
    namespace,
    ...kubeconfigOf(own, rules),
    rules: rules.ambassador,
  };
  const { ambassador, notices } = keepExisting(parts, wanted, port?.value);
  return {
    spec: ambassador,
    notices: [
      ...(ambassador.access === wanted.access ? access.notices : []),
      ...portNotices(parts, ambassador, preferredPort, port),
      ...nameNotices(parts, ambassador),
      ...sharingNotices(parts.pod),
      ...notices,
    ],
  };
}

/** The annotation that holds the kubeconfig. */
export function kubeconfigKey({ annotationPrefix }: Rules): string {
  return `${annotationPrefix}kubeconfig`;
}

function kubeconfigOf(own: Requests, rules: Rules): Pick<AmbassadorDecision, 'kubeconfig'> {
  const requested = own['ambassador-kubeconfig'];
  if (requested?.value !== true) return {};
  return { kubeconfig: { key: kubeconfigKey(rules), requestedBy: requested.annotation } };
}

const OPTIONS = ['ambassador-access', 'ambassador-port', 'ambassador-kubeconfig'] as const;

function optionsWithoutEffect(own: Requests): Finding[] {
  return own['inject-ambassador'] === undefined ? withoutEffect(own, OPTIONS, 'no_ambassador') : [];
}

/** The access without any annotation. */
const DEFAULT_ACCESS: Access = 'read-only';

/** The narrowest of what the pod requests, its namespace requests and the config allows. */
function decideAccess(
  own: Requests,
  defaults: Requests,
  { maxAccess }: AmbassadorRules,
): { access: Access; notices: Finding[] } {
  const [ofPod, ofNamespace] = [own['ambassador-access'], defaults['ambassador-access']];
  const ceiling = accessIn(ofNamespace);
  const requested = accessIn(ofPod) ?? ceiling ?? DEFAULT_ACCESS;
  const access = narrowest(requested, ceiling ?? requested, maxAccess);
  const by = ofPod?.value === undefined ? ofNamespace : ofPod;
  if (by?.value === undefined || access === by.value) return { access, notices: [] };
  const slots = { key: annotationLabel(by.annotation), requested: by.value, access };
  const limit: Cause =
    access !== maxAccess && ofNamespace !== undefined
      ? ofNamespace.annotation
      : { kind: 'config', path: ['ambassador', 'maxAccess'] };
  return { access, notices: [finding('access_narrowed', slots, by.annotation, limit)] };
}

/** An invalid value requests the narrowest access: its author most likely wanted to narrow it. */
function accessIn(requested: Requests['ambassador-access']): Access | undefined {
  return requested && (requested.value ?? ACCESSES[0]);
}

/**
 * Keeps an existing ambassador as it is, with a notice for each difference from the requested one.
 * It may come from a copied pod, or from an earlier call of podherald for the same pod.
 *
 * @param wanted the ambassador that would be injected.
 * @param requestedPort the port that the pod requests.
 */
function keepExisting(
  parts: PodParts,
  wanted: AmbassadorDecision,
  requestedPort: number | undefined,
): { ambassador: AmbassadorDecision; notices: readonly Finding[] } {
  const existing = parts.ambassador;
  if (existing === undefined) return { ambassador: wanted, notices: [] };
  const { container } = existing;
  const access = accessOf(container);
  const port = portOf(container) ?? wanted.port;
  const ambassador = { ...wanted, container: container.name, access, port };
  const differs = (actual: string, instead: string): Finding => {
    const slots = { container: container.name, actual, instead };
    return finding('ambassador_differs', slots, containerCause(existing));
  };
  const notices: Finding[] = [];
  if (access !== wanted.access) notices.push(differs(`access ${access}`, wanted.access));
  if (access === 'namespace' && !isConfinedTo(wanted.namespace, container)) {
    notices.push(differs('access to another namespace', wanted.namespace));
  }
  const isOtherPort = requestedPort !== undefined && requestedPort !== port;
  if (isOtherPort && declarerOf(requestedPort, parts) === undefined) {
    notices.push(differs(`port ${port}`, String(requestedPort)));
  }
  if (container.restartPolicy !== 'Always') {
    const slots = { container: container.name };
    notices.push(finding('restart_policy_removed', slots, containerCause(existing)));
  }
  const { index, after } = ambassadorPlace(parts.pod.spec.initContainers, wanted.rules.after);
  if (after !== undefined && index > existing.at.index) {
    const slots = { container: container.name, sidecar: after };
    const limit: Cause = { kind: 'config', path: ['ambassador', 'after'] };
    notices.push(finding('ambassador_before_mesh', slots, containerCause(existing), limit));
  }
  const rival = declarerOf(port, parts);
  if (rival !== undefined) {
    const slots = { container: rival.container.name, port: String(port) };
    notices.push(finding('port_shared', slots, containerCause(rival)));
  }
  return { ambassador, notices };
}

/** Depends only on the pod as it is now, so that a second call returns the same notices. */
function portNotices(
  parts: PodParts,
  { port }: AmbassadorDecision,
  preferred: number,
  requested: Requests['ambassador-port'],
): Finding[] {
  const taker = declarerOf(preferred, parts);
  if (port === preferred || taker === undefined) return [];
  const slots = { taken: String(preferred), port: String(port) };
  const by: Cause = requested?.annotation ?? { kind: 'config', path: ['ambassador', 'port'] };
  return [finding('port_moved', slots, containerCause(taker), by)];
}

function nameNotices(parts: PodParts, { container }: AmbassadorDecision): Finding[] {
  if (container === AMBASSADOR_NAMES[0]) return [];
  const causes = namesTaken(parts).map((taker) => containerCause(taker));
  return [finding('name_taken', {}, ...causes)];
}

function sharingNotices(pod: Pod): Finding[] {
  const field = processSharing(pod);
  if (field === undefined) return [];
  const cause: Cause = { kind: 'field', path: ['spec', field] };
  return [finding('shared_processes', { field }, cause)];
}
