import { isObject, type Json } from '../api/json.ts';
import type { Container, Pod } from '../api/pod.ts';
import { type Access, METHODS_OF_FULL, PATHS_OF_NAMESPACE } from './rules.ts';
import { MAX_PORT, MIN_PORT } from './values.ts';

/** What an ambassador may be called: the first name, unless a container of another kind has it. */
export const AMBASSADOR_NAMES = ['ambassador', 'podherald-ambassador'] as const;

/** What the names of its token volume begin with; never `kube-api-access`, which is the API server's. */
export const TOKEN_VOLUME = 'ambassador-token';

/** Where client-go looks for a pod's token (client-go rest/config.go, InClusterConfig). */
export const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The ambassador that a pod has already. It is known by its shape: its name, `proxy` as its first
 * argument, and its own token volume. What annotations say proves nothing.
 */
export function ownAmbassador({ spec }: Pod): Container | undefined {
  return (spec.initContainers ?? []).find((container) => isAmbassador(container, spec.volumes));
}

function isAmbassador(container: Container, volumes: Pod['spec']['volumes']): boolean {
  const { name, args, restartPolicy, volumeMounts } = container;
  if (!(AMBASSADOR_NAMES as readonly string[]).includes(name)) return false;
  if (restartPolicy !== 'Always' || !Array.isArray(args) || args[0] !== 'proxy') return false;
  const mount = (volumeMounts ?? []).find(({ mountPath }) => mountPath === TOKEN_PATH);
  const volume = (volumes ?? []).find((one) => one.name === mount?.name);
  return volume?.name.startsWith(TOKEN_VOLUME) === true && holdsToken(volume['projected']);
}

function holdsToken(projected: Json | undefined): boolean {
  if (!isObject(projected) || !Array.isArray(projected['sources'])) return false;
  return projected['sources'].some(
    (source) => isObject(source) && isObject(source['serviceAccountToken']),
  );
}

const PORT_ARGUMENT = /^--port=(\d{1,5})$/;

/** The port that an ambassador listens on. */
export function portOf(ambassador: Container): number | undefined {
  const digits = wordsOf(ambassador)
    .map((word) => PORT_ARGUMENT.exec(word)?.[1])
    .find(Boolean);
  return digits === undefined ? undefined : Number(digits);
}

/** What an ambassador lets through, by the flags that its access gives it. */
export function accessOf(ambassador: Container): Access {
  const words = wordsOf(ambassador);
  if (words.some((word) => word.startsWith(PATHS_OF_NAMESPACE))) return 'namespace';
  const isFiltered = words.some((word) => word.startsWith('--reject-methods='));
  return isFiltered && !words.includes(METHODS_OF_FULL) ? 'read-only' : 'full';
}

/** Whether a namespace is the one that an ambassador of the access `namespace` is confined to. */
export function reaches(ambassador: Container, namespace: string): boolean {
  return wordsOf(ambassador).some(
    (word) => word.startsWith(PATHS_OF_NAMESPACE) && word.includes(`/namespaces/${namespace}(`),
  );
}

function wordsOf({ args }: Container): string[] {
  return Array.isArray(args) ? args.map(String) : [];
}

/** The pod's containers and init containers but for its ambassador, in the order of the pod. */
export function appContainers(pod: Pod): Container[] {
  const own = ownAmbassador(pod);
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  return own === undefined ? all : all.filter((container) => container !== own);
}

/** The port wanted, or the next one after it that no container declares, beginning anew at the end. */
export function choosePort(containers: readonly Container[], wanted: number): number {
  const taken = new Set(containers.flatMap(declaredPorts));
  let port = wanted;
  for (let tried = MIN_PORT; taken.has(port) && tried < MAX_PORT; tried++) {
    port = port === MAX_PORT ? MIN_PORT : port + 1;
  }
  return port;
}

export function declares(container: Container, port: number): boolean {
  return declaredPorts(container).includes(port);
}

/** All containers of a pod share its network. UDP and SCTP have ports of their own. */
function declaredPorts({ ports }: Container): number[] {
  if (!Array.isArray(ports)) return [];
  return ports.flatMap((port) => {
    if (!isObject(port) || typeof port['containerPort'] !== 'number') return [];
    return (port['protocol'] ?? 'TCP') === 'TCP' ? [port['containerPort']] : [];
  });
}

/** Whether containers of the pod see each other's processes, and so their files in /proc. */
export function sharesProcesses({ spec }: Pod): boolean {
  return spec.shareProcessNamespace === true || spec.hostPID === true;
}
