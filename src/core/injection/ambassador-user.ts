import { isObject, type Json } from '../api/json.ts';
import type { Pod } from '../api/pod.ts';
import type { AmbassadorRules } from '../decision/ambassador-rules.ts';
import { appContainers } from '../decision/own-ambassador.ts';
import { sharesProcesses } from '../decision/shares-processes.ts';

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
