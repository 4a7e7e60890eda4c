import * as fc from 'fast-check';
import { arbitraryAnnotations, tcpPorts } from './arbitrary-annotations.ts';
import { arbitrarySpec } from './arbitrary-spec.ts';
import { type Container, type Pod, pod, REQUEST_METADATA } from './objects.ts';

/** The annotations of the namespaces in which generated pods are created. */
export const NAMESPACES: readonly Readonly<Record<string, string>>[] = [
  {},
  REQUEST_METADATA,
  {
    'podherald.dev/inject-metadata': ' otel,go',
    'podherald.dev/metadata-path': '/data/x',
    'inject-ambassador': 'TRUE',
    'podherald.dev/ambassador-access': 'namespace',
  },
  {
    'inject-metadata': 'no',
    'podherald.dev/inject-metadata': 'network,default',
    'podherald.dev/metadata-path': '/etc',
    'inject-ambassador': 'true',
    'podherald.dev/inject-ambassador': 'false',
  },
  { 'inject-metadata': 'false', 'podherald.dev/metadata-path': ' /var/run/meta ' },
];

const NONE = undefined;

/** Annotations for an ambassador. Invalid values are rare, because a single one denies the pod. */
const ambassador = fc.record({
  'inject-ambassador': fc.constantFrom(NONE, 'true', 'true', 'true', ' True\n', 'false'),
  'podherald.dev/inject-ambassador': fc.constantFrom(...none(9), 'true'),
  'podherald.dev/ambassador-access': fc.constantFrom(...none(3), 'namespace', 'Full ', 'read-only'),
  'podherald.dev/ambassador-port': fc.constantFrom(...none(9), '8001', ' 65535', '9000', '80'),
  'podherald.dev/ambassador-kubeconfig': fc.constantFrom(...none(9), 'false', 'true', 'no'),
});

function none(times: number): readonly undefined[] {
  return Array.from({ length: times }, () => NONE);
}

/** Any pod. Only one in ten has `metadata-env` and `metadata-files`, which no policy covers. */
export const arbitraryPod: fc.Arbitrary<Pod> = arbitrarySpec().chain((spec) => {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const names = containers.map(({ name }) => name);
  return fc
    .record({
      of: arbitraryAnnotations(names, containers.flatMap(tcpPorts)),
      ambassador,
      keepsItems: fc.nat(9).map((n) => n === 0),
    })
    .map(({ of, ambassador, keepsItems }) => {
      const written = Object.entries<string | undefined>({ ...of.annotations, ...ambassador });
      const annotations = Object.fromEntries(
        written.flatMap(([key, value]) => {
          const isDropped = !keepsItems && /metadata-(env|files)$/.test(key);
          return value === undefined || isDropped ? [] : [[key, value]];
        }),
      );
      return pod({ name: 'generated', labels: { app: 'a' }, annotations }, spec);
    });
});

/** Adds to the pod of a golden case the fields that the API server requires: a name and images. */
export function completePod({ metadata, spec, ...raw }: Pod): Pod {
  const withImage = (of: Container): Container => ({ image: 'busybox', ...of });
  const initContainers = spec.initContainers?.map(withImage);
  const containers = spec.containers.map(withImage);
  return {
    ...raw,
    ...pod(
      { name: 'golden', ...metadata },
      { ...spec, containers, ...(initContainers && { initContainers }) },
    ),
  };
}
