import jsonpatch, { type Operation } from 'fast-json-patch';
import { mutate } from '../../core/admission/mutate.ts';
import type { Mutation } from '../../core/admission/mutation.ts';
import { statusKey } from '../../core/admission/status.ts';
import type { Container, Pod, Volume } from '../../core/api/pod.ts';
import { ownAmbassador } from '../../core/decision/ambassador.ts';
import type { Namespace } from '../../core/decision/decide.ts';
import { kubeconfigKey } from '../../core/decision/decide-ambassador.ts';
import type { Rules } from '../../core/decision/rules.ts';

/** A pod without anything that podherald could have added, and with all that it adds to that. */
export interface Anew {
  readonly bare: Pod;
  readonly full: Pod;
}

/** @param sidecar the index of the init container that may be the ambassador. */
export function anewOf(
  pod: Pod,
  sidecar: number | undefined,
  namespace: Namespace,
  rules: Rules,
): Anew {
  const bare = barePod(pod, sidecar, writtenKeys(rules));
  return { bare, full: injected(bare, namespace, rules) };
}

/** The index of the init container that may be the ambassador. */
export function sidecarIn(pod: Pod): number | undefined {
  const ambassador = ownAmbassador(pod);
  return ambassador && pod.spec.initContainers?.indexOf(ambassador);
}

/** The annotations that podherald writes. */
export function writtenKeys(rules: Rules): readonly string[] {
  return [statusKey(rules), kubeconfigKey(rules)];
}

/**
 * The pod without anything that podherald could have added, and so perhaps without some of what
 * its user wrote: what podherald adds to it is all that it could have added.
 *
 * @param sidecar the index of the init container that may be the ambassador.
 */
export function barePod(
  pod: Pod,
  sidecar: number | undefined,
  annotations: readonly string[],
): Pod {
  const { metadata, spec } = pod;
  const initContainers = spec.initContainers?.filter((_, index) => index !== sidecar);
  const doubtful = doubtfulVolumes(pod, sidecar);
  const bare = (container: Container): Container => bareContainer(container, doubtful);
  return {
    ...pod,
    ...(metadata && {
      metadata: { ...metadata, annotations: without(metadata.annotations ?? {}, annotations) },
    }),
    spec: {
      ...spec,
      containers: spec.containers.map(bare),
      ...(initContainers && { initContainers: initContainers.map(bare) }),
      ...(spec.volumes && { volumes: spec.volumes.filter(({ name }) => !doubtful.has(name)) }),
    },
  };
}

function without<Value>(
  record: Readonly<Record<string, Value>>,
  keys: readonly string[],
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}

/** Those of files of the Downward API, and those that only the ambassador mounts. */
function doubtfulVolumes({ spec }: Pod, sidecar: number | undefined): ReadonlySet<string> {
  const isSidecars = ({ name }: Volume): boolean =>
    sidecar !== undefined &&
    mounts(spec.initContainers?.[sidecar], name) &&
    !spec.containers.some((container) => mounts(container, name)) &&
    !spec.initContainers?.some((container, at) => at !== sidecar && mounts(container, name));
  const doubtful = (spec.volumes ?? []).filter(
    (volume) => volume['downwardAPI'] !== undefined || isSidecars(volume),
  );
  return new Set(doubtful.map(({ name }) => name));
}

function mounts(container: Container | undefined, volume: string): boolean {
  return container?.volumeMounts?.some(({ name }) => name === volume) === true;
}

function bareContainer(container: Container, doubtful: ReadonlySet<string>): Container {
  const { env: _, volumeMounts, ...rest } = container;
  const kept = volumeMounts?.filter(({ name }) => !doubtful.has(name));
  return { ...rest, ...(kept && { volumeMounts: kept }) };
}

/** The pod as podherald would make it. */
export function injected(pod: Pod, namespace: Namespace, rules: Rules): Pod {
  return applied(pod, mutate(pod, namespace, rules));
}

/** The pod after what the walk made of it. */
export function applied<Document>(pod: Document, { operations }: Mutation): Document {
  if (operations.length === 0) return pod;
  const copy = structuredClone({ pod, operations: operations as Operation[] });
  return jsonpatch.applyPatch(copy.pod, copy.operations, true).newDocument;
}
