import { isObject, type Json } from '../api/json.ts';
import type { Pod } from '../api/pod.ts';
import type { AmbassadorRules } from '../decision/ambassador-rules.ts';
import { appContainers } from '../decision/own-ambassador.ts';

/** The user that distroless images call nonroot; any but 0 would do, as kubectl needs no home. */
const NONROOT = 65_532;

/**
 * The user to run the ambassador as; nothing where the pod's own word is to count. kubelet gives
 * token files to the user that all containers of a pod share (pkg/kubelet: FsUserFrom), with mode
 * 0600, so an ambassador of another user would take them from the app. Where processes are shared,
 * a process could read the token of another of its user, and that counts for more.
 */
export function ambassadorUser(pod: Pod, { runAsUser }: AmbassadorRules): number | undefined {
  if (runAsUser !== undefined) return runAsUser === 'inherit' ? undefined : runAsUser;
  const podUser = userOf(pod.spec.securityContext);
  const users = appContainers(pod).map(({ securityContext }) => userOf(securityContext) ?? podUser);
  if (pod.spec.shareProcessNamespace === true) return userOfNobody(users);
  const [first, ...others] = users;
  if (first === undefined || first === 0) return NONROOT;
  return others.every((other) => other === first) ? first : NONROOT;
}

function userOfNobody(users: readonly (number | undefined)[]): number {
  let user = NONROOT;
  while (users.includes(user)) user++;
  return user;
}

function userOf(securityContext: Json | undefined): number | undefined {
  const user = isObject(securityContext) ? securityContext['runAsUser'] : undefined;
  return typeof user === 'number' ? user : undefined;
}
