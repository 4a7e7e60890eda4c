import type { Pod, Volume } from '../../core/api/pod.ts';
import type { Origin } from '../../core/decision/namespace.ts';
import { type PlacedContainer, podParts } from '../../core/decision/pod-parts.ts';
import type { Rules } from '../../core/decision/rules.ts';
import { sameEnvVar } from '../../core/injection/downward-api.ts';
import type { ContainerInjection } from '../../core/injection/injection.ts';
import { sameMount, sameVolume } from './compare.ts';
import type { ContainerParts, InjectedParts } from './injected-parts.ts';
import { addedAnnotationKeys, type InjectedPod, reinject } from './reinject.ts';

/**
 * Finds the parts of a pod that equal what podherald injects, at any position: another webhook may
 * have inserted its own parts between them. Only for reports: `findRemovable` finds the parts that
 * may be removed.
 */
export function findPresent(pod: Pod, origin: Origin, rules: Rules): InjectedParts {
  const { ambassador, appContainers } = podParts(pod);
  const ambassadorIndex = ambassador?.at.index;
  // Kept for the other containers, whose env has the port of the ambassador that is present;
  // stripped for the volumes, which are only injected together with an ambassador.
  const kept = reinject(pod, undefined, origin, rules);
  const stripped =
    ambassadorIndex === undefined ? kept : reinject(pod, ambassadorIndex, origin, rules);
  return {
    containers: appContainers.map((placed) => presentIn(placed, pod, kept)),
    volumes: findVolumes(pod, stripped),
    ...(ambassadorIndex !== undefined && { ambassadorIndex }),
    annotations: addedAnnotationKeys(rules).filter((key) =>
      Object.hasOwn(pod.metadata?.annotations ?? {}, key),
    ),
  };
}

function presentIn(placed: PlacedContainer, pod: Pod, reinjected: InjectedPod): ContainerParts {
  const { container } = placed;
  const added = addedTo(placed, reinjected);
  return {
    ...placed,
    env: indexesOf(container.env, (one) => added.env.some((other) => sameEnvVar(one, other))),
    volumeMounts: indexesOf(container.volumeMounts, (one) =>
      added.volumeMounts.some((other) => sameMount(one, pod, other, reinjected.pod)),
    ),
  };
}

/** What an injection added to the container of the same list and name. */
export function addedTo(
  { container, at }: PlacedContainer,
  { injection }: InjectedPod,
): Pick<ContainerInjection, 'env' | 'volumeMounts'> {
  const added = injection.containers.find(
    (one) => one.name === container.name && one.at.list === at.list,
  );
  return added ?? { env: [], volumeMounts: [] };
}

/** The indexes of the volumes that have the contents and the name of an injected one. */
export function findVolumes(pod: Pod, { injection }: InjectedPod): number[] {
  return indexesOf(pod.spec.volumes, (volume) =>
    injection.volumes.some((other) => sameVolume(volume, other) && hasNameLike(volume, other)),
  );
}

/** `downward`, `downward-app` and `downward-app-2` are all names of the same injected volume. */
function hasNameLike(one: Volume, other: Volume): boolean {
  const base = other.name.split('-', 1)[0] ?? '';
  return one.name === other.name || one.name === base || one.name.startsWith(`${base}-`);
}

function indexesOf<Item>(
  items: readonly Item[] | null | undefined,
  matches: (item: Item) => boolean,
): number[] {
  return (items ?? []).flatMap((item, index) => (matches(item) ? index : []));
}
