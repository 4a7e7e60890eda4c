import type { Pod } from '../../core/api/pod.ts';
import type { Namespace } from '../../core/decision/decide.ts';
import { type PlacedContainer, podParts } from '../../core/decision/pod-parts.ts';
import type { Rules } from '../../core/decision/rules.ts';
import { sameEnvVar } from '../../core/injection/downward-api.ts';
import { type Anew, anewOf, sidecarIn, writtenKeys } from './anew.ts';
import { indexesOf, named, volumeCandidates } from './candidates.ts';
import type { Ours, OursInContainer } from './ours.ts';
import { sameMount } from './same-volume.ts';

/**
 * What of a pod equals what podherald adds, wherever it stands: another webhook may have put its own
 * in between. It is there to be told; what may be taken out is what `findOurs` finds.
 */
export function findPresent(pod: Pod, namespace: Namespace, rules: Rules): Ours {
  const sidecar = sidecarIn(pod);
  // Its neighbours are told the port of the ambassador that is there, its own volume is added with it.
  const beside = anewOf(pod, undefined, namespace, rules);
  const withSidecar = sidecar === undefined ? beside : anewOf(pod, sidecar, namespace, rules);
  return {
    containers: podParts(pod).appContainers.map((selected) => presentIn(selected, pod, beside)),
    volumes: volumeCandidates(pod, withSidecar),
    ...(sidecar !== undefined && { sidecar }),
    annotations: writtenKeys(rules).filter((key) =>
      Object.hasOwn(pod.metadata?.annotations ?? {}, key),
    ),
  };
}

function presentIn(
  { container, at }: PlacedContainer,
  pod: Pod,
  { bare, full }: Anew,
): OursInContainer {
  const twin = named(full.spec[at.list], container.name);
  const own = named(bare.spec[at.list], container.name)?.volumeMounts?.length ?? 0;
  const mounts = (twin?.volumeMounts ?? []).slice(own);
  return {
    at,
    name: container.name,
    env: indexesOf(container.env, (one) =>
      (twin?.env ?? []).some((other) => sameEnvVar(one, other)),
    ),
    volumeMounts: indexesOf(container.volumeMounts, (one) =>
      mounts.some((other) => sameMount(one, pod, other, full)),
    ),
  };
}
