import { isObject } from '../api/json.ts';
import type { Container, Pod } from '../api/pod.ts';
import {
  AMBASSADOR_NAMES,
  accessOf,
  appContainers,
  choosePort,
  declares,
  ownAmbassador,
  portOf,
  reaches,
  sharesProcesses,
  TOKEN_PATH,
} from './ambassador.ts';
import type { AmbassadorDecision, Because, Wish } from './decision.ts';
import type { Asked } from './read-annotations.ts';
import { type Finding, finding } from './reasons.ts';
import {
  ACCESSES,
  type Access,
  type AmbassadorRules,
  hasNativeSidecars,
  narrowest,
  type Rules,
} from './rules.ts';
import type { Fault } from './values.ts';

/** An ambassador that is there already, as it is and not as it would be made. */
export interface KeptAmbassador {
  readonly ambassador: AmbassadorDecision;
  /** Where it is otherwise than the pod and its namespace want it by now. */
  readonly differences: readonly Finding[];
}

/**
 * Nothing of it is ever changed: it may be that of a copied pod, or of the round before.
 *
 * @param wanted what would be made.
 * @param port what the pod asks for, if it does.
 */
export function keptAmbassador(
  kept: Container,
  wanted: AmbassadorDecision,
  port: number | undefined,
  others: readonly Container[],
): KeptAmbassador {
  const access = accessOf(kept);
  const ambassador = { ...wanted, access, port: portOf(kept) ?? wanted.port };
  const differs = (is: string, instead: string): Finding =>
    finding('ambassador_differs', { container: kept.name, is, instead });
  const isElsewhere = access === 'namespace' && !reaches(kept, wanted.namespace);
  const rival = others.find((container) => declares(container, ambassador.port));
  return {
    ambassador,
    differences: [
      ...(access === wanted.access ? [] : [differs(`access ${access}`, wanted.access)]),
      ...(isElsewhere ? [differs('access to another namespace', wanted.namespace)] : []),
      ...(port === undefined || port === ambassador.port || others.some((of) => declares(of, port))
        ? []
        : [differs(`port ${ambassador.port}`, String(port))]),
      ...(rival === undefined
        ? []
        : [finding('port_shared', { container: rival.name, port: String(ambassador.port) })]),
    ],
  };
}

/**
 * | the pod, where it or its namespace asks for an ambassador | ambassador               |
 * | --------------------------------------------------------- | ------------------------ |
 * | shares the node's network                                 | none, host_network       |
 * | is for Windows                                            | none, windows            |
 * | is for an API server before 1.29                          | none, server_too_old     |
 * | has no token, and only its namespace asks                 | none, automount_disabled |
 * | has containers of both our names                          | none, names_taken        |
 * | any other                                                 | one                      |
 *
 * @param own what the pod itself says.
 * @param defaults what its namespace says.
 */
export function decideAmbassador(
  pod: Pod,
  namespace: string,
  own: Asked,
  defaults: Asked,
  rules: Rules,
): Wish<AmbassadorDecision> {
  const written = own['inject-ambassador'] ?? defaults['inject-ambassador'];
  if (written?.value === undefined) {
    return { because: finding('not_requested', {}), notices: idle(own) };
  }
  if (!written.value) return { because: finding('opted_out', { key: written.key }), notices: [] };
  const because = obstacle(pod, own, rules);
  if (because !== undefined) return { because, notices: [] };
  const kept = ownAmbassador(pod);
  const container = kept?.name ?? freeName(pod);
  if (container === undefined) return { because: finding('names_taken', {}), notices: [] };
  const { access, notices: narrowing } = decideAccess(own, defaults, rules.ambassador);
  const asked = own['ambassador-port']?.value;
  const wanted = asked ?? rules.ambassador.port;
  const others = appContainers(pod);
  const made: AmbassadorDecision = {
    container,
    port: choosePort(others, wanted),
    access,
    namespace,
    ...(own['ambassador-kubeconfig']?.value === true && {
      kubeconfigAnnotation: kubeconfigKey(rules),
    }),
    rules: rules.ambassador,
  };
  const { ambassador, differences } =
    kept === undefined
      ? { ambassador: made, differences: [] }
      : keptAmbassador(kept, made, asked, others);
  return {
    granted: ambassador,
    notices: [
      ...(ambassador.access === access ? narrowing : []),
      ...otherwise(pod, ambassador, wanted),
      ...differences,
    ],
  };
}

/** The annotation that holds the kubeconfig. */
export function kubeconfigKey({ annotationPrefix }: Rules): string {
  return `${annotationPrefix}kubeconfig`;
}

/** A port that the pod asks for and gives to another container as well is its own contradiction. */
export function portFaults(pod: Pod, own: Asked): Fault[] {
  const port = own['ambassador-port'];
  if (port?.value === undefined || own['inject-ambassador']?.value !== true) return [];
  if (ownAmbassador(pod) !== undefined || getsNone(pod)) return [];
  const { key, value } = port;
  const taker = appContainers(pod).find((container) => declares(container, value));
  if (taker === undefined) return [];
  const slots = { key, port: String(value), container: taker.name };
  return [finding('port_taken', slots)];
}

/** Whatever the rules are. */
function getsNone(pod: Pod): boolean {
  return obstacleOfPod(pod) !== undefined || freeName(pod) === undefined;
}

const OPTIONS = ['ambassador-access', 'ambassador-port', 'ambassador-kubeconfig'] as const;

function idle(own: Asked): Finding[] {
  if (own['inject-ambassador'] !== undefined) return [];
  return OPTIONS.flatMap((name) => {
    const written = own[name];
    return written === undefined ? [] : [finding('no_ambassador', { key: written.key })];
  });
}

function obstacle(pod: Pod, own: Asked, rules: Rules): Because | undefined {
  const { serverVersion } = rules.ambassador;
  const because = obstacleOfPod(pod);
  if (because !== undefined) return because;
  if (!hasNativeSidecars(serverVersion)) {
    return finding('server_too_old', { version: serverVersion.release });
  }
  if (own['inject-ambassador']?.value === true || hasToken(pod, rules)) return undefined;
  return finding('automount_disabled', {});
}

/** What keeps an ambassador out of the pod, whoever asks and whatever the rules are. */
function obstacleOfPod(pod: Pod): Because | undefined {
  if (pod.spec.hostNetwork === true) return finding('host_network', {});
  return isWindows(pod) ? finding('windows', {}) : undefined;
}

/** What nodes say of their system; the second is the older label, which kubelet still sets. */
export const OS_LABELS = ['kubernetes.io/os', 'beta.kubernetes.io/os'] as const;

function isWindows({ spec: { os, nodeSelector } }: Pod): boolean {
  if (isObject(os) && os['name'] === 'windows') return true;
  return isObject(nodeSelector) && OS_LABELS.some((label) => nodeSelector[label] === 'windows');
}

/** What the API server calls its own token volumes (plugin/pkg/admission/serviceaccount). */
const API_SERVERS_TOKEN_VOLUME = 'kube-api-access-';

/**
 * Whether the pod's own containers hold a token anyway. In admission that shows in the mounts which
 * the API server has added; a manifest only may say that it wants none, as its ServiceAccount may.
 */
function hasToken(pod: Pod, { stage }: Rules): boolean {
  if (stage === 'manifest') return pod.spec.automountServiceAccountToken !== false;
  return appContainers(pod).some(({ volumeMounts }) =>
    (volumeMounts ?? []).some(
      ({ mountPath, name }) =>
        mountPath === TOKEN_PATH && name.startsWith(API_SERVERS_TOKEN_VOLUME),
    ),
  );
}

function freeName(pod: Pod): string | undefined {
  const taken = new Set(appContainers(pod).map(({ name }) => name));
  return AMBASSADOR_NAMES.find((name) => !taken.has(name));
}

/** Where nobody says anything. */
const DEFAULT_ACCESS: Access = 'read-only';

/** The narrowest counts of what the pod, its namespace and the operator say. */
function decideAccess(
  own: Asked,
  defaults: Asked,
  { maxAccess }: AmbassadorRules,
): { access: Access; notices: Finding[] } {
  const [pods, namespaces] = [own['ambassador-access'], defaults['ambassador-access']];
  const ceiling = understood(namespaces);
  const asked = understood(pods) ?? ceiling ?? DEFAULT_ACCESS;
  const access = narrowest(asked, ceiling ?? asked, maxAccess);
  const written = pods?.value === undefined ? namespaces : pods;
  if (written?.value === undefined || access === written.value) return { access, notices: [] };
  const slots = { key: written.key, asked: written.value, access };
  return { access, notices: [finding('access_narrowed', slots)] };
}

/** What cannot be meant was meant to narrow it, more likely than not. */
function understood(written: Asked['ambassador-access']): Access | undefined {
  return written && (written.value ?? ACCESSES[0]);
}

/** Told from what the pod has, and not from how it came to it, so that it stays true. */
function otherwise(pod: Pod, { container, port }: AmbassadorDecision, wanted: number): Finding[] {
  const isRenamed = container !== AMBASSADOR_NAMES[0];
  const isMoved = port !== wanted && appContainers(pod).some((of) => declares(of, wanted));
  return [
    ...(isMoved ? [finding('port_moved', { taken: String(wanted), port: String(port) })] : []),
    ...(isRenamed ? [finding('name_taken', { name: AMBASSADOR_NAMES[0], container })] : []),
    ...(sharesProcesses(pod) ? [finding('shared_processes', {})] : []),
  ];
}
