import { mutate } from '../../core/admission/mutate.ts';
import { statusKey } from '../../core/admission/status.ts';
import type { Container, Pod, Volume } from '../../core/api/pod.ts';
import { kubeconfigKey } from '../../core/decision/decide-ambassador.ts';
import type { Origin } from '../../core/decision/namespace.ts';
import type { Rules } from '../../core/decision/rules.ts';
import type { Injection } from '../../core/injection/injection.ts';
import { applyOperations } from '../edit-json.ts';

/** A pod after its injection, and what was added to it. */
export interface InjectedPod {
  readonly pod: Pod;
  readonly injection: Injection;
}

/** Injects a pod. */
export function injectPod(pod: Pod, origin: Origin, rules: Rules): InjectedPod {
  const { operations, injection } = mutate(pod, origin, rules);
  return { pod: applyOperations(pod, operations), injection };
}

/**
 * Strips a pod of everything that podherald may have injected, and injects it again.
 *
 * @param ambassadorIndex in `spec.initContainers`, of the ambassador to strip; undefined to keep it.
 */
export function reinject(
  pod: Pod,
  ambassadorIndex: number | undefined,
  origin: Origin,
  rules: Rules,
): InjectedPod {
  const stripped = stripPod(pod, ambassadorIndex, addedAnnotationKeys(rules));
  return injectPod(stripped, origin, rules);
}

/** The keys of the annotations that podherald adds to pods. */
export function addedAnnotationKeys(rules: Rules): readonly string[] {
  return [statusKey(rules), kubeconfigKey(rules)];
}

/** Strips too much rather than too little: all env, for example, also the user's own. */
function stripPod(
  pod: Pod,
  ambassadorIndex: number | undefined,
  annotationKeys: readonly string[],
): Pod {
  const { metadata, spec } = pod;
  const initContainers = spec.initContainers?.filter((_, index) => index !== ambassadorIndex);
  const volumes = strippedVolumes(pod, ambassadorIndex);
  const strip = (container: Container): Container => stripContainer(container, volumes);
  const keptAnnotations = Object.entries(metadata?.annotations ?? {}).filter(
    ([key]) => !annotationKeys.includes(key),
  );
  return {
    ...pod,
    ...(metadata && {
      metadata: { ...metadata, annotations: Object.fromEntries(keptAnnotations) },
    }),
    spec: {
      ...spec,
      containers: spec.containers.map(strip),
      ...(initContainers && { initContainers: initContainers.map(strip) }),
      ...(spec.volumes && { volumes: spec.volumes.filter(({ name }) => !volumes.has(name)) }),
    },
  };
}

/** The names of all `downwardAPI` volumes, and of volumes that only the ambassador mounts. */
function strippedVolumes({ spec }: Pod, ambassadorIndex: number | undefined): ReadonlySet<string> {
  const isAmbassadors = ({ name }: Volume): boolean =>
    ambassadorIndex !== undefined &&
    mountsVolume(spec.initContainers?.[ambassadorIndex], name) &&
    !spec.containers.some((container) => mountsVolume(container, name)) &&
    !spec.initContainers?.some(
      (container, index) => index !== ambassadorIndex && mountsVolume(container, name),
    );
  const stripped = (spec.volumes ?? []).filter(
    (volume) => volume['downwardAPI'] !== undefined || isAmbassadors(volume),
  );
  return new Set(stripped.map(({ name }) => name));
}

function mountsVolume(container: Container | undefined, volume: string): boolean {
  return container?.volumeMounts?.some(({ name }) => name === volume) === true;
}

function stripContainer(container: Container, volumes: ReadonlySet<string>): Container {
  const { env: _, volumeMounts, ...rest } = container;
  const kept = volumeMounts?.filter(({ name }) => !volumes.has(name));
  return { ...rest, ...(kept && { volumeMounts: kept }) };
}
