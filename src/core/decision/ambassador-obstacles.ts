import { isObject } from '../api/json.ts';
import type { Pod } from '../api/pod.ts';
import { AMBASSADOR_NAMES, declaresPort, TOKEN_PATH } from './ambassador.ts';
import type { SkipFinding } from './decide-metadata.ts';
import { type Cause, type Fault, finding } from './findings.ts';
import { containerCause, type PlacedContainer, type PodParts } from './pod-parts.ts';
import type { Requested, Requests } from './read-annotations.ts';
import { hasNativeSidecars, type Rules } from './rules.ts';
import { annotationLabel } from './values.ts';

/** Why a pod that requests an ambassador gets none. */
export function obstacleTo(
  parts: PodParts,
  requested: Requested<boolean>,
  rules: Rules,
): SkipFinding | undefined {
  const { annotation } = requested;
  const { serverVersion } = rules.ambassador;
  const ofPod = obstacleOfPod(parts, annotation);
  if (ofPod !== undefined && ofPod.reason !== 'names_taken') return ofPod;
  if (!hasNativeSidecars(serverVersion)) {
    const slots = { version: serverVersion.release };
    return finding('server_too_old', slots, { kind: 'server' }, annotation);
  }
  if (annotation.namespace !== undefined && !mountsToken(parts, rules)) {
    return finding('automount_disabled', {}, annotation, automountCause(parts.pod));
  }
  return ofPod;
}

/** Why the pod cannot have an ambassador, whatever the config. */
function obstacleOfPod(parts: PodParts, ...requestedBy: readonly Cause[]): SkipFinding | undefined {
  const { spec } = parts.pod;
  if (spec.hostNetwork === true) {
    const cause: Cause = { kind: 'field', path: ['spec', 'hostNetwork'] };
    return finding('host_network', {}, cause, ...requestedBy);
  }
  const windows = windowsField(parts.pod);
  if (windows !== undefined) {
    const cause: Cause = { kind: 'field', path: ['spec', windows] };
    return finding('windows', {}, cause, ...requestedBy);
  }
  const taken = namesTaken(parts);
  if (parts.ambassador !== undefined || taken.length < AMBASSADOR_NAMES.length) return undefined;
  return finding('names_taken', {}, ...taken.map((one) => containerCause(one)));
}

/** The first name of the ambassador that no other container has; the last if all are taken. */
export function freeName(parts: PodParts): string {
  const taken = new Set(namesTaken(parts).map(({ container }) => container.name));
  return AMBASSADOR_NAMES.find((name) => !taken.has(name)) ?? AMBASSADOR_NAMES[1];
}

/** The app containers that have a name of the ambassador, in the order of these names. */
export function namesTaken({ appContainers }: PodParts): PlacedContainer[] {
  return AMBASSADOR_NAMES.flatMap(
    (name) => appContainers.find(({ container }) => container.name === name) ?? [],
  );
}

/** The labels of nodes that name their operating system; kubelet still sets the older one too. */
export const OS_LABELS = ['kubernetes.io/os', 'beta.kubernetes.io/os'] as const;

/** The field that assigns the pod to Windows nodes; undefined if none does. */
function windowsField({ spec: { os, nodeSelector } }: Pod): 'os' | 'nodeSelector' | undefined {
  if (isObject(os) && os['name'] === 'windows') return 'os';
  const isSelected =
    isObject(nodeSelector) && OS_LABELS.some((label) => nodeSelector[label] === 'windows');
  return isSelected ? 'nodeSelector' : undefined;
}

/** The prefix of the API server's own token volumes (plugin/pkg/admission/serviceaccount). */
const API_SERVERS_TOKEN_VOLUME = 'kube-api-access-';

/**
 * Whether the pod's own containers mount a token. In admission, the mounts that the API server has
 * added show it. A manifest only shows whether the pod turns them off.
 */
function mountsToken({ pod, appContainers }: PodParts, { stage }: Rules): boolean {
  if (stage === 'manifest') return pod.spec.automountServiceAccountToken !== false;
  return appContainers.some(({ container }) =>
    (container.volumeMounts ?? []).some(
      ({ mountPath, name }) =>
        mountPath === TOKEN_PATH && name.startsWith(API_SERVERS_TOKEN_VOLUME),
    ),
  );
}

function automountCause({ spec }: Pod): Cause {
  if (spec.automountServiceAccountToken === undefined) return { kind: 'service_account' };
  return { kind: 'field', path: ['spec', 'automountServiceAccountToken'] };
}

/** A port that the pod requests for the ambassador and also declares on a container. */
export function portFaults(parts: PodParts, own: Requests): Fault[] {
  const requested = own['ambassador-port'];
  if (requested?.value === undefined || own['inject-ambassador']?.value !== true) return [];
  if (parts.ambassador !== undefined || obstacleOfPod(parts) !== undefined) return [];
  const { annotation, value } = requested;
  const taker = declarerOf(value, parts);
  if (taker === undefined) return [];
  const key = annotationLabel(annotation);
  const slots = { key, port: String(value), container: taker.container.name };
  return [finding('port_taken', slots, annotation, containerCause(taker))];
}

/** The first container that declares a port. */
export function declarerOf(port: number, { appContainers }: PodParts): PlacedContainer | undefined {
  return appContainers.find(({ container }) => declaresPort(container, port));
}
