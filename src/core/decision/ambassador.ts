import { isObject, type Json } from '../api/json.ts';
import type { Container, Pod } from '../api/pod.ts';
import { type Access, MAX_PORT, MIN_PORT } from './rules.ts';

/** The names of an ambassador: the first, unless another container of the pod has it. */
export const AMBASSADOR_NAMES = ['ambassador', 'podherald-ambassador'] as const;

/** How the name of its token volume begins; never `kube-api-access`, which the API server uses. */
export const TOKEN_VOLUME = 'ambassador-token';

/** Where client-go looks for a pod's token (client-go rest/config.go, InClusterConfig). */
export const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The flag of `kubectl proxy` by which the access `full` is recognized. */
export const REJECT_METHODS_OF_FULL = '--reject-methods=^CONNECT$';

/** The flag of `kubectl proxy` that only the access `namespace` has. */
export const ACCEPT_PATHS = '--accept-paths=';

/**
 * Whether an init container is podherald's ambassador. It is recognized by its shape: its name,
 * `proxy` as its first argument, and its own token volume. Annotations are ignored. It may lack
 * `restartPolicy`: a webhook with types of Kubernetes before 1.28 drops that field from every pod.
 */
export function isAmbassador(container: Container, volumes: Pod['spec']['volumes']): boolean {
  const { name, args, restartPolicy, volumeMounts } = container;
  if (!(AMBASSADOR_NAMES as readonly string[]).includes(name)) return false;
  if ((restartPolicy ?? 'Always') !== 'Always' || args?.[0] !== 'proxy') return false;
  const mount = (volumeMounts ?? []).find(({ mountPath }) => mountPath === TOKEN_PATH);
  const volume = (volumes ?? []).find((one) => one.name === mount?.name);
  return volume?.name.startsWith(TOKEN_VOLUME) === true && hasToken(volume['projected']);
}

function hasToken(projected: Json | undefined): boolean {
  if (!isObject(projected) || !Array.isArray(projected['sources'])) return false;
  return projected['sources'].some(
    (source) => isObject(source) && isObject(source['serviceAccountToken']),
  );
}

const PORT_ARGUMENT = /^--port=(\d{1,5})$/;

/**
 * The place of an ambassador in `spec.initContainers`: first, so that all others can use it, or directly after the last
 * native sidecar of a service mesh. The mesh redirects what the pod sends to that sidecar, so nothing has a network
 * before it.
 */
export interface AmbassadorPlace {
  readonly index: number;
  /** The name of the sidecar before it, if there is one. */
  readonly after?: string;
}

/** @param names of the sidecars that must start before an ambassador. */
export function ambassadorPlace(
  initContainers: Pod['spec']['initContainers'],
  names: readonly string[],
): AmbassadorPlace {
  const all = initContainers ?? [];
  const last = all.findLastIndex(
    ({ name, restartPolicy }) => restartPolicy === 'Always' && names.includes(name),
  );
  const after = all[last]?.name;
  return { index: last + 1, ...(after !== undefined && { after }) };
}

/** The port that an ambassador listens on, if its arguments name one. */
export function portOf(ambassador: Container): number | undefined {
  const digits = argumentsOf(ambassador)
    .map((argument) => PORT_ARGUMENT.exec(argument)?.[1])
    .find(Boolean);
  return digits === undefined ? undefined : Number(digits);
}

/** What an ambassador lets through, judged by its flags. */
export function accessOf(ambassador: Container): Access {
  const flags = argumentsOf(ambassador);
  if (flags.some((flag) => flag.startsWith(ACCEPT_PATHS))) return 'namespace';
  const isFiltered = flags.some((flag) => flag.startsWith('--reject-methods='));
  return isFiltered && !flags.includes(REJECT_METHODS_OF_FULL) ? 'read-only' : 'full';
}

/** Whether an ambassador of the access `namespace` is confined to this namespace. */
export function isConfinedTo(namespace: string, ambassador: Container): boolean {
  return argumentsOf(ambassador).some(
    (flag) => flag.startsWith(ACCEPT_PATHS) && flag.includes(`/namespaces/${namespace}(`),
  );
}

function argumentsOf({ args }: Container): readonly string[] {
  return args ?? [];
}

/** The preferred port or, if a container declares it, the next free one, starting again after the last. */
export function freePort(containers: readonly Container[], preferred: number): number {
  const taken = new Set(containers.flatMap(declaredPorts));
  let port = preferred;
  for (let tried = MIN_PORT; taken.has(port) && tried < MAX_PORT; tried++) {
    port = port === MAX_PORT ? MIN_PORT : port + 1;
  }
  return port;
}

/** Whether a container declares a TCP port. */
export function declaresPort(container: Container, port: number): boolean {
  return declaredPorts(container).includes(port);
}

/** All containers of a pod share its network. UDP and SCTP ports do not collide with TCP ports. */
function declaredPorts({ ports }: Container): number[] {
  if (!Array.isArray(ports)) return [];
  return ports.flatMap((port) => {
    if (!isObject(port) || typeof port['containerPort'] !== 'number') return [];
    return (port['protocol'] ?? 'TCP') === 'TCP' ? [port['containerPort']] : [];
  });
}

/**
 * The field by which containers of a pod see each other's processes, and so each other's files
 * under /proc; undefined if they do not.
 */
export function processSharing({ spec }: Pod): 'shareProcessNamespace' | 'hostPID' | undefined {
  if (spec.hostPID === true) return 'hostPID';
  return spec.shareProcessNamespace === true ? 'shareProcessNamespace' : undefined;
}
