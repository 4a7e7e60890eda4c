import { statusKey } from '../../core/admission/status.ts';
import type { Pod } from '../../core/api/pod.ts';
import type { Origin } from '../../core/decision/namespace.ts';
import { type PlacedContainer, podParts } from '../../core/decision/pod-parts.ts';
import type { Rules } from '../../core/decision/rules.ts';
import { sameEnvVar } from '../../core/injection/downward-api.ts';
import {
  equalsInjected,
  sameInitContainers,
  sameItems,
  sameMount,
  sameVolumes,
} from './compare.ts';
import { addedTo, findVolumes } from './find-present.ts';
import {
  type ContainerParts,
  hasNoParts,
  type InjectedParts,
  NO_PARTS,
  removeParts,
} from './injected-parts.ts';
import { addedAnnotationKeys, type InjectedPod, injectPod, reinject } from './reinject.ts';

/**
 * Finds the parts of a pod that podherald injected: the largest set whose removal is undone by
 * injecting the pod again. The user's own parts stay, unless one equals an injected part and is at
 * the position where podherald would inject it.
 */
export function findRemovable(pod: Pod, origin: Origin, rules: Rules): InjectedParts {
  const { pod: expected } = injectPod(pod, origin, rules);
  let parts = findCandidates(pod, origin, rules);
  while (!hasNoParts(parts)) {
    const { pod: actual } = injectPod(removeParts(pod, parts), origin, rules);
    const fewer = dropUnrestored(parts, pod, expected, actual);
    if (fewer === parts) return parts;
    parts = fewer;
  }
  return NO_PARTS;
}

function findCandidates(pod: Pod, origin: Origin, rules: Rules): InjectedParts {
  const { ambassador, appContainers } = podParts(pod);
  const withoutAmbassador = reinject(pod, ambassador?.at.index, origin, rules);
  const isInjected = ambassador && isInjectedAmbassador(ambassador, pod, withoutAmbassador);
  const reinjected =
    ambassador && !isInjected ? reinject(pod, undefined, origin, rules) : withoutAmbassador;
  return dropMountedVolumes(pod, {
    containers: appContainers.map((placed) => candidatesIn(placed, pod, reinjected)),
    volumes: findVolumes(pod, reinjected),
    ...(isInjected && { ambassadorIndex: ambassador.at.index }),
    annotations: addedAnnotationKeys(rules).filter((key) =>
      isInjectedAnnotation(key, pod, reinjected, rules),
    ),
  });
}

/** Ignores the image: another version of the API server needs another one. */
function isInjectedAmbassador(
  { container }: PlacedContainer,
  pod: Pod,
  { pod: otherPod, injection: { ambassador } }: InjectedPod,
): boolean {
  const sidecar = ambassador?.container;
  if (sidecar === undefined) return false;
  const hasSameMounts = sameItems(container.volumeMounts, sidecar.volumeMounts, (one, other) =>
    sameMount(one, pod, other, otherPod),
  );
  const ignored = { image: '', volumeMounts: [] };
  return hasSameMounts && equalsInjected({ ...container, ...ignored }, { ...sidecar, ...ignored });
}

/** The status contains the version and the findings of its injection, so any text of it matches. */
function isInjectedAnnotation(
  key: string,
  pod: Pod,
  { injection }: InjectedPod,
  rules: Rules,
): boolean {
  const actual = pod.metadata?.annotations?.[key];
  const expected = injection.annotations.get(key);
  if (actual === undefined || expected === undefined) return false;
  return actual === expected || key === statusKey(rules);
}

/** Injected env is at the start of a container's list, injected mounts are at the end of theirs. */
function candidatesIn(placed: PlacedContainer, pod: Pod, reinjected: InjectedPod): ContainerParts {
  const { container } = placed;
  const added = addedTo(placed, reinjected);
  const mounts = container.volumeMounts ?? [];
  const mountCount = countLeading(
    mounts.toReversed(),
    added.volumeMounts.toReversed(),
    (one, other) => sameMount(one, pod, other, reinjected.pod),
  );
  const envCount = countLeading(container.env ?? [], added.env, sameEnvVar);
  return {
    ...placed,
    env: [...Array(envCount).keys()],
    volumeMounts: [...mounts.keys()].slice(mounts.length - mountCount),
  };
}

/** How many leading items are also in another list, in the same order but with gaps allowed. */
function countLeading<Item>(
  items: readonly Item[],
  others: readonly Item[],
  isSame: (one: Item, other: Item) => boolean,
): number {
  let next = 0;
  const end = items.findIndex((item) => {
    const found = others.findIndex((other, index) => index >= next && isSame(item, other));
    next = found + 1;
    return found === -1;
  });
  return end === -1 ? items.length : end;
}

/** Drops the volumes that a mount outside of the parts still needs. */
function dropMountedVolumes(pod: Pod, parts: InjectedParts): InjectedParts {
  const mounted = new Set(
    parts.containers.flatMap(({ container, volumeMounts: removed }) =>
      (container.volumeMounts ?? [])
        .filter((_, index) => !removed.includes(index))
        .map(({ name }) => name),
    ),
  );
  const volumes = parts.volumes.filter(
    (index) => !mounted.has(pod.spec.volumes?.[index]?.name ?? ''),
  );
  return { ...parts, volumes };
}

/**
 * Drops parts that the injection did not restore.
 *
 * @param expected the injected pod.
 * @param actual the pod that was injected after the removal of the parts.
 * @returns the same object if `actual` has everything that `expected` has.
 */
function dropUnrestored(parts: InjectedParts, pod: Pod, expected: Pod, actual: Pod): InjectedParts {
  const containers = parts.containers.map((one) => dropUnrestoredIn(one, expected, actual));
  const isChanged = containers.some((one, index) => one !== parts.containers[index]);
  if (isChanged) return dropMountedVolumes(pod, { ...parts, containers });
  if (!sameVolumes(expected, actual)) {
    return parts.volumes.length > 0 ? { ...parts, volumes: [] } : NO_PARTS;
  }
  if (!sameInitContainers(expected, actual)) return NO_PARTS;
  const isLost = (key: string): boolean => actual.metadata?.annotations?.[key] === undefined;
  if (!parts.annotations.some(isLost)) return parts;
  return { ...parts, annotations: parts.annotations.filter((key) => !isLost(key)) };
}

function dropUnrestoredIn(parts: ContainerParts, expected: Pod, actual: Pod): ContainerParts {
  const [one, other] = [expected, actual].map(({ spec }) =>
    spec[parts.at.list]?.find(({ name }) => name === parts.container.name),
  );
  if (!sameItems(one?.env, other?.env, sameEnvVar) && parts.env.length > 0) {
    return { ...parts, env: parts.env.slice(0, -1) };
  }
  const hasSameMounts = sameItems(one?.volumeMounts, other?.volumeMounts, (mount, twin) =>
    sameMount(mount, expected, twin, actual),
  );
  if (!hasSameMounts && parts.volumeMounts.length > 0) {
    return { ...parts, volumeMounts: parts.volumeMounts.slice(1) };
  }
  return parts;
}
