import type { KnownName } from './known-names.ts';

/**
 * Where a value comes from. `fieldRef` and `resource` are the two kinds of the Downward API. A
 * literal is text in which kubelet expands `$(NAME)` if that variable comes earlier in `env`.
 */
export type FieldSource = { readonly fieldRef: string };
export type ResourceSource = { readonly resource: string; readonly divisor: string };
export type LiteralSource = { readonly literal: string };
/** What the Downward API lacks but the webhook knows when a pod is created. It becomes a literal. */
export type KnownSource = { readonly known: KnownName };

export interface EnvItem {
  readonly name: string;
  readonly source: FieldSource | ResourceSource | LiteralSource | KnownSource;
}

export interface FileItem {
  /** Relative to the mount path. */
  readonly path: string;
  readonly source: FieldSource | ResourceSource;
}

/** A named set of metadata items, all requested by one word in an annotation. */
export interface Profile {
  /** What the profile contains, for the reference page. */
  readonly doc?: string;
  readonly env: readonly EnvItem[];
  readonly files: readonly FileItem[];
}

/** The names in `$(NAME)` references of a value; `$$(NAME)` is an escape, not a reference. */
export function references(value: string): string[] {
  return [...value.matchAll(/\$\$|\$\(([^()]+)\)/g)].flatMap(([, name]) => name ?? []);
}

const field = (name: string, fieldRef: string): EnvItem => ({ name, source: { fieldRef } });
const resource = (name: string, of: string, divisor: string): EnvItem => ({
  name,
  source: { resource: of, divisor },
});
const fileOfField = (path: string, fieldRef: string): FileItem => ({ path, source: { fieldRef } });
const fileOfResource = (path: string, of: string, divisor: string): FileItem => ({
  path,
  source: { resource: of, divisor },
});

const DEFAULT: Profile = {
  doc: 'The name, namespace, IP address, node and ServiceAccount of the pod, and the CPU request and memory limit of each container. Variables and files have the names that the Kubernetes tutorials about the Downward API use.',
  env: [
    field('POD_NAME', 'metadata.name'),
    field('POD_NAMESPACE', 'metadata.namespace'),
    field('POD_IP', 'status.podIP'),
    field('NODE_NAME', 'spec.nodeName'),
    field('SERVICE_ACCOUNT', 'spec.serviceAccountName'),
    resource('CONTAINER_CPU_REQUEST_MILLICORES', 'requests.cpu', '1m'),
    resource('CONTAINER_MEMORY_LIMIT_KIBIBYTES', 'limits.memory', '1Ki'),
  ],
  files: [
    fileOfField('podName', 'metadata.name'),
    fileOfField('podNamespace', 'metadata.namespace'),
    fileOfField('labels', 'metadata.labels'),
    fileOfField('annotations', 'metadata.annotations'),
    fileOfResource('containerCpuRequestMilliCores', 'requests.cpu', '1m'),
    fileOfResource('containerMemoryLimitBytes', 'limits.memory', '1'),
  ],
};

/** https://opentelemetry.io/docs/specs/semconv/resource/k8s/: names are safe in its list syntax. */
const OTEL_ATTRIBUTES = [
  'k8s.pod.name=$(POD_NAME)',
  'k8s.namespace.name=$(POD_NAMESPACE)',
  'k8s.pod.uid=$(POD_UID)',
  'k8s.node.name=$(NODE_NAME)',
  'k8s.container.name=$(CONTAINER_NAME)',
].join(',');

const OTEL: Profile = {
  doc: 'OTEL_RESOURCE_ATTRIBUTES with the k8s.* attributes of OpenTelemetry’s semantic conventions.',
  env: [
    field('POD_NAME', 'metadata.name'),
    field('POD_NAMESPACE', 'metadata.namespace'),
    field('POD_UID', 'metadata.uid'),
    field('NODE_NAME', 'spec.nodeName'),
    { name: 'CONTAINER_NAME', source: { known: 'container.name' } },
    { name: 'OTEL_RESOURCE_ATTRIBUTES', source: { literal: OTEL_ATTRIBUTES } },
  ],
  files: [],
};

const GO: Profile = {
  doc: 'GOMEMLIMIT, which is the memory limit of the container in bytes. It leaves no headroom for memory that Go does not manage. If the container has no memory limit, GOMEMLIMIT is the node’s allocatable memory. GOMAXPROCS is not set, because Go reads the CPU limit itself.',
  env: [resource('GOMEMLIMIT', 'limits.memory', '1')],
  files: [],
};

const NETWORK: Profile = {
  doc: 'The addresses of the pod and of its node.',
  env: [
    field('POD_IP', 'status.podIP'),
    field('POD_IPS', 'status.podIPs'),
    field('HOST_IP', 'status.hostIP'),
    field('NODE_NAME', 'spec.nodeName'),
  ],
  files: [],
};

/** The profiles that exist without a config. A profile of that name in the config replaces it. */
export const BUILT_IN_PROFILES: ReadonlyMap<string, Profile> = new Map([
  ['default', DEFAULT],
  ['otel', OTEL],
  ['go', GO],
  ['network', NETWORK],
]);
