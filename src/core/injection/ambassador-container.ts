import { isObject, type Json, type JsonObject, sameJson } from '../api/json.ts';
import type { Container, Pod, Volume } from '../api/pod.ts';
import { processSharing, TOKEN_PATH, TOKEN_VOLUME } from '../decision/ambassador.ts';
import type { AmbassadorDecision } from '../decision/decide-ambassador.ts';
import type { PodParts } from '../decision/pod-parts.ts';
import { type AmbassadorRules, imageOf } from '../decision/rules.ts';
import { ambassadorResources } from './ambassador-resources.ts';
import { toVolumeMount } from './downward-api.ts';
import { proxyArguments } from './kubectl-proxy.ts';

/**
 * The sidecar: `kubectl proxy` without a shell, and without `--token`, so that it reads a renewed
 * token from its file. It has no network probe, because none can reach the pod's loopback.
 */
export function ambassadorContainer(
  parts: PodParts,
  ambassador: AmbassadorDecision,
  tokenVolume: string,
): Container {
  const { container: name, port, rules } = ambassador;
  return {
    name,
    image: imageOf(rules),
    args: proxyArguments(ambassador),
    restartPolicy: 'Always',
    resources: ambassadorResources(parts, rules),
    startupProbe: startupProbe(port),
    volumeMounts: [toVolumeMount(tokenVolume, TOKEN_PATH)],
    securityContext: securityContext(ambassadorUser(parts, rules)),
  } as Container;
}

/** The other containers start when the API server has answered, for which it has 30 s. */
function startupProbe(port: number): JsonObject {
  const server = `--server=http://127.0.0.1:${port}`;
  return {
    exec: { command: ['/bin/kubectl', 'get', '--raw=/version', server] },
    periodSeconds: 1,
    timeoutSeconds: 5,
    failureThreshold: 30,
  };
}

/** Passes Pod Security `restricted`, whatever the pod's own securityContext is. */
function securityContext(runAsUser: number | undefined): JsonObject {
  return {
    runAsNonRoot: true,
    ...(runAsUser !== undefined && { runAsUser }),
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/** The user that distroless images call nonroot. Any user but 0 would do: kubectl needs no home. */
export const NONROOT = 65_532;

/**
 * A user that no image is likely to have: systemd's table leaves 60578 to 61183 unused
 * (https://systemd.io/UIDS-GIDS). It is below 65536, as `hostUsers: false` requires.
 */
export const UNUSED = 60_871;

/**
 * The user to run the ambassador as; undefined if the cluster chooses one. kubelet gives token
 * files to the user that all containers of a pod share (pkg/kubelet: FsUserFrom), with mode 0600,
 * so with an ambassador of another user, the app could not read them. If processes are shared,
 * another user is safer, because a process can read the token of an ambassador of its own user.
 */
export function ambassadorUser(
  { pod, appContainers }: PodParts,
  { runAsUser }: AmbassadorRules,
): number | undefined {
  const podUser = userOf(pod.spec.securityContext);
  // kubelet refuses to start a root user with runAsNonRoot.
  if (runAsUser === 'inherit') return podUser === 0 ? NONROOT : undefined;
  if (runAsUser !== undefined) return runAsUser;
  const users = appContainers.map(({ container }) => userOf(container.securityContext) ?? podUser);
  if (processSharing(pod) !== undefined) return unusedUser(users);
  const [first, ...others] = users;
  if (first === undefined || first === 0) return NONROOT;
  return others.every((other) => other === first) ? first : NONROOT;
}

/** The user that an image sets is not visible here. */
function unusedUser(users: readonly (number | undefined)[]): number {
  const taken = new Set(users);
  let user = UNUSED;
  while (taken.has(user)) user++;
  return user;
}

function userOf(securityContext: Json | undefined): number | undefined {
  const user = isObject(securityContext) ? securityContext['runAsUser'] : undefined;
  return typeof user === 'number' ? user : undefined;
}

/** 0644, in decimal as the API server stores it. */
const DEFAULT_MODE = 420;

/**
 * The volume that client-go needs to reach the API server from within a pod: the same as the API
 * server's own kube-api-access volume, except for the lifetime of the token.
 *
 * @returns a volume of the pod that is equal, or a new one.
 */
export function tokenVolume(
  { spec }: Pod,
  expirationSeconds: number,
): { readonly volume: Volume; readonly isNew: boolean } {
  const projected = projection(expirationSeconds);
  const volumes = spec.volumes ?? [];
  const equal = volumes.find(
    ({ name, ...source }) => name.startsWith(TOKEN_VOLUME) && sameJson(source, { projected }),
  );
  if (equal !== undefined) return { volume: equal, isNew: false };
  return { volume: { name: freeName(volumes), projected }, isNew: true };
}

function freeName(volumes: readonly Volume[]): string {
  const taken = new Set(volumes.map(({ name }) => name));
  for (let number = 1; ; number++) {
    const name = number === 1 ? TOKEN_VOLUME : `${TOKEN_VOLUME}-${number}`;
    if (!taken.has(name)) return name;
  }
}

function projection(expirationSeconds: number): JsonObject {
  return {
    sources: [
      { serviceAccountToken: { expirationSeconds, path: 'token' } },
      // The controller manager publishes it to every namespace.
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [
            { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } },
          ],
        },
      },
    ],
    defaultMode: DEFAULT_MODE,
  };
}
