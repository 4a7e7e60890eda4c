import type { Container, Pod, Volume } from '../../core/api/pod.ts';
import type { Namespace } from '../../core/decision/decide.ts';
import { type PlacedContainer, podParts } from '../../core/decision/pod-parts.ts';
import type { Rules } from '../../core/decision/rules.ts';
import { sameEnvVar } from '../../core/injection/downward-api.ts';
import { sameMount, sameVolume } from './compare.ts';
import type { ContainerParts, InjectedParts } from './injected-parts.ts';
import {
  addedAnnotationKeys,
  findAmbassadorIndex,
  type Reinjection,
  reinject,
} from './reinject.ts';

/**
 * Finds the parts of a pod that equal what podherald injects, at any position: another webhook may
 * have inserted its own parts between them. Only for reports: `findRemovable` finds the parts that
 * may be removed.
 */
export function findPresent(pod: Pod, namespace: Namespace, rules: Rules): InjectedParts {
  const ambassadorIndex = findAmbassadorIndex(pod);
  // Kept for the other containers, whose env has the port of the ambassador that is present;
  // stripped for the volumes, which are only injected together with an ambassador.
  const kept = reinject(pod, undefined, namespace, rules);
  const stripped =
    ambassadorIndex === undefined ? kept : reinject(pod, ambassadorIndex, namespace, rules);
  return {
    containers: podParts(pod).appContainers.map((selected) => presentIn(selected, pod, kept)),
    volumes: findVolumes(pod, stripped),
    ...(ambassadorIndex !== undefined && { ambassadorIndex }),
    annotations: addedAnnotationKeys(rules).filter((key) =>
      Object.hasOwn(pod.metadata?.annotations ?? {}, key),
    ),
  };
}

function presentIn(
  { container, at }: PlacedContainer,
  pod: Pod,
  { stripped, injected }: Reinjection,
): ContainerParts {
  const twin = containerNamed(container.name, injected.spec[at.list]);
  const ownMounts = containerNamed(container.name, stripped.spec[at.list])?.volumeMounts ?? [];
  const mounts = (twin?.volumeMounts ?? []).slice(ownMounts.length);
  return {
    at,
    name: container.name,
    env: indexesOf(container.env, (one) =>
      (twin?.env ?? []).some((other) => sameEnvVar(one, other)),
    ),
    volumeMounts: indexesOf(container.volumeMounts, (one) =>
      mounts.some((other) => sameMount(one, pod, other, injected)),
    ),
  };
}

export function containerNamed(
  name: string,
  containers: readonly Container[] | null | undefined,
): Container | undefined {
  return containers?.find((container) => container.name === name);
}

/** The indexes of the volumes that have the contents and the name of an injected one. */
export function findVolumes(pod: Pod, { stripped, injected }: Reinjection): number[] {
  const added = (injected.spec.volumes ?? []).slice(stripped.spec.volumes?.length ?? 0);
  return indexesOf(pod.spec.volumes, (volume) =>
    added.some((other) => sameVolume(volume, other) && hasNameLike(volume, other)),
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
