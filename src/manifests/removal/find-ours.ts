import { statusKey } from '../../core/admission/status.ts';
import type { Pod } from '../../core/api/pod.ts';
import type { Namespace } from '../../core/decision/decide.ts';
import { podParts } from '../../core/decision/pod-parts.ts';
import type { Rules } from '../../core/decision/rules.ts';
import { sameEnvVar } from '../../core/injection/downward-api.ts';
import { type Anew, anewOf, sidecarIn, writtenKeys } from './anew.ts';
import { candidatesIn, isStored, volumeCandidates } from './candidates.ts';
import { injected } from './injected.ts';
import { isNothing, NOTHING_OURS, type Ours, type OursInContainer } from './ours.ts';
import { removalsOf, without } from './removals.ts';
import { sameMount, sameVolume } from './same-volume.ts';

/**
 * What of a pod podherald added, told by what it would add again: the most that can be taken out
 * so that injecting the rest makes the same pod. What its user wrote stays, unless it equals ours
 * to the letter and stands where ours would.
 */
export function findOurs(pod: Pod, namespace: Namespace, rules: Rules): Ours {
  const complete = injected(pod, namespace, rules);
  let ours = candidates(pod, namespace, rules);
  while (!isNothing(ours)) {
    const rest = without(pod, removalsOf(pod, ours));
    const smaller = shrink(ours, complete, injected(rest, namespace, rules), pod);
    if (smaller === ours) return ours;
    ours = smaller;
  }
  return NOTHING_OURS;
}

function candidates(pod: Pod, namespace: Namespace, rules: Rules): Ours {
  const sidecar = sidecarIn(pod);
  const first = anewOf(pod, sidecar, namespace, rules);
  const own = isOurSidecar(pod, sidecar, first) ? sidecar : undefined;
  const anew = own === sidecar ? first : anewOf(pod, undefined, namespace, rules);
  if (anew.full === anew.bare) return NOTHING_OURS;
  const containers = podParts(pod)
    .appContainers.filter(({ at }) => at.list === 'containers' || at.index !== own)
    .map((selected) => candidatesIn(pod, selected, anew));
  return unmounted(pod, {
    containers,
    volumes: volumeCandidates(pod, anew),
    ...(own !== undefined && { sidecar: own }),
    annotations: writtenKeys(rules).filter((key) => isWritten(key, pod, anew.full, rules)),
  });
}

/** Its image may be of another version: that follows the API server. */
function isOurSidecar(pod: Pod, sidecar: number | undefined, { bare, full }: Anew): boolean {
  if (sidecar === undefined) return false;
  const isAdded = (full.spec.initContainers?.length ?? 0) > (bare.spec.initContainers?.length ?? 0);
  const [ours, own] = [full.spec.initContainers?.[0], pod.spec.initContainers?.[sidecar]];
  const mounts = sameLists(own?.volumeMounts, ours?.volumeMounts, (one, other) =>
    sameMount(one, pod, other, full),
  );
  const rest = { image: '', volumeMounts: [] };
  return isAdded && mounts && isStored({ ...own, ...rest }, { ...ours, ...rest });
}

/** The status tells of the version and the moment that wrote it: any text of it is ours. */
function isWritten(key: string, pod: Pod, full: Pod, rules: Rules): boolean {
  const text = pod.metadata?.annotations?.[key];
  const anew = full.metadata?.annotations?.[key];
  if (text === undefined || anew === undefined) return false;
  return text === anew || key === statusKey(rules);
}

/** A volume stays as long as a mount of it does. */
function unmounted(pod: Pod, ours: Ours): Ours {
  const used = new Set(
    podParts(pod).appContainers.flatMap(({ container, at }) => {
      if (at.list === 'initContainers' && at.index === ours.sidecar) return [];
      const own = ours.containers.find(
        (other) => other.at.list === at.list && other.at.index === at.index,
      );
      const stay = (container.volumeMounts ?? []).filter(
        (_, index) => own?.volumeMounts.includes(index) !== true,
      );
      return stay.map(({ name }) => name);
    }),
  );
  const volumes = ours.volumes.filter((index) => !used.has(pod.spec.volumes?.[index]?.name ?? ''));
  return { ...ours, volumes };
}

/**
 * Less of what is ours, where injecting the rest made another pod than injecting all of it.
 *
 * @returns the same where both made the same pod.
 */
function shrink(ours: Ours, complete: Pod, again: Pod, pod: Pod): Ours {
  const containers = ours.containers.map((own) => shrinkIn(own, complete, again));
  const isSmaller = containers.some((own, index) => own !== ours.containers[index]);
  if (isSmaller) return unmounted(pod, { ...ours, containers });
  if (!sameVolumes(complete, again)) {
    return ours.volumes.length > 0 ? { ...ours, volumes: [] } : NOTHING_OURS;
  }
  if (!sameNames(complete, again)) return NOTHING_OURS;
  const lost = (key: string): boolean => again.metadata?.annotations?.[key] === undefined;
  if (!ours.annotations.some(lost)) return ours;
  return { ...ours, annotations: ours.annotations.filter((key) => !lost(key)) };
}

function shrinkIn(own: OursInContainer, complete: Pod, again: Pod): OursInContainer {
  const one = complete.spec[own.at.list]?.find(({ name }) => name === own.name);
  const other = again.spec[own.at.list]?.find(({ name }) => name === own.name);
  const sameEnv = sameLists(one?.env, other?.env, sameEnvVar);
  const sameMounts = sameLists(one?.volumeMounts, other?.volumeMounts, (mount, twin) =>
    sameMount(mount, complete, twin, again),
  );
  if (!sameEnv && own.env.length > 0) return { ...own, env: own.env.slice(0, -1) };
  if (!sameMounts && own.volumeMounts.length > 0) {
    return { ...own, volumeMounts: own.volumeMounts.slice(1) };
  }
  return own;
}

function sameVolumes(one: Pod, other: Pod): boolean {
  const left = [...(other.spec.volumes ?? [])];
  const isSame = (one.spec.volumes ?? []).every((volume) => {
    const at = left.findIndex((twin) => sameVolume(volume, twin));
    if (at !== -1) left.splice(at, 1);
    return at !== -1;
  });
  return isSame && left.length === 0;
}

function sameNames(one: Pod, other: Pod): boolean {
  const names = ({ spec }: Pod): string[] => (spec.initContainers ?? []).map(({ name }) => name);
  return sameLists(names(one), names(other), (name, twin) => name === twin);
}

function sameLists<Item>(
  one: readonly Item[] | null | undefined,
  other: readonly Item[] | null | undefined,
  isSame: (item: Item, twin: Item) => boolean,
): boolean {
  const [items, twins] = [one ?? [], other ?? []];
  if (items.length !== twins.length) return false;
  return items.every((item, at) => {
    const twin = twins[at];
    return twin !== undefined && isSame(item, twin);
  });
}
