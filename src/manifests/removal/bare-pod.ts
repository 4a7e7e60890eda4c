import type { Container, Pod, Volume } from '../../core/api/pod.ts';

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
