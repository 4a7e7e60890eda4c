import { isObject, type Json, type JsonObject, sameJson } from '../api/json.ts';
import type { Container, Pod, Volume } from '../api/pod.ts';
import {
  appContainers,
  sharesProcesses,
  TOKEN_PATH,
  TOKEN_VOLUME,
} from '../decision/ambassador.ts';
import type { AmbassadorDecision } from '../decision/decision.ts';
import { type AmbassadorRules, imageOf } from '../decision/rules.ts';
import { ambassadorResources } from './ambassador-resources.ts';
import { toVolumeMount } from './downward-api.ts';
import { proxyArguments } from './kubectl-proxy.ts';

/**
 * The sidecar: `kubectl proxy` without a shell and without `--token`, so that it reads a renewed
 * token from its file. There is no network probe, as none reaches the pod's loopback.
 */
export function ambassadorContainer(
  pod: Pod,
  ambassador: AmbassadorDecision,
  tokenVolume: string,
): Container {
  const { container: name, port, rules } = ambassador;
  return {
    name,
    image: imageOf(rules),
    args: proxyArguments(ambassador),
    restartPolicy: 'Always',
    resources: ambassadorResources(pod, rules),
    startupProbe: startupProbe(port),
    volumeMounts: [toVolumeMount(tokenVolume, TOKEN_PATH)],
    securityContext: securityContext(ambassadorUser(pod, rules)),
  } as Container;
}

/** Half a minute for the first answer of the API server; other containers start only then. */
function startupProbe(port: number): JsonObject {
  const server = `--server=http://127.0.0.1:${port}`;
  return {
    exec: { command: ['/bin/kubectl', 'get', '--raw=/version', server] },
    periodSeconds: 1,
    timeoutSeconds: 5,
    failureThreshold: 30,
  };
}

/** Passes Pod Security `restricted` whatever the pod's own context says. */
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

/** The user that distroless images call nonroot; any but 0 would do, as kubectl needs no home. */
export const NONROOT = 65_532;

/**
 * A user that no image is likely to have: systemd's table leaves 60578 to 61183 unused
 * (https://systemd.io/UIDS-GIDS). It is below 65536, which `hostUsers: false` asks for.
 */
export const UNUSED = 60_871;

/**
 * The user to run the ambassador as; nothing where the cluster is to choose one. kubelet gives
 * token files to the user that all containers of a pod share (pkg/kubelet: FsUserFrom), with mode
 * 0600, so an ambassador of another user would take them from the app. Where processes are shared,
 * a process could read the token of another of its user, and that counts for more.
 */
export function ambassadorUser(pod: Pod, { runAsUser }: AmbassadorRules): number | undefined {
  const podUser = userOf(pod.spec.securityContext);
  // kubelet starts nothing that is to be root and runAsNonRoot.
  if (runAsUser === 'inherit') return podUser === 0 ? NONROOT : undefined;
  if (runAsUser !== undefined) return runAsUser;
  const users = appContainers(pod).map(({ securityContext }) => userOf(securityContext) ?? podUser);
  if (sharesProcesses(pod)) return userOfNobody(users);
  const [first, ...others] = users;
  if (first === undefined || first === 0) return NONROOT;
  return others.every((other) => other === first) ? first : NONROOT;
}

/** The user of an image cannot be seen. */
function userOfNobody(users: readonly (number | undefined)[]): number {
  let user = UNUSED;
  while (users.includes(user)) user++;
  return user;
}

function userOf(securityContext: Json | undefined): number | undefined {
  const user = isObject(securityContext) ? securityContext['runAsUser'] : undefined;
  return typeof user === 'number' ? user : undefined;
}

/** 0644, and written in decimal as the API server stores it. */
const DEFAULT_MODE = 420;

/**
 * What client-go needs to speak to the API server from within a pod: the same as the API server's
 * own kube-api-access volume holds, but for the life of its token.
 */
export function tokenVolume(
  volumes: readonly Volume[],
  expirationSeconds: number,
): { readonly volume: Volume; readonly isNew: boolean } {
  const projected = projection(expirationSeconds);
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
      // Published into every namespace by the controller manager.
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
