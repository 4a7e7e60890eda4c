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
/** A label of the namespace, which becomes a literal. */
export type NamespaceLabelSource = { readonly namespaceLabel: string };
/** The attributes of OTEL_RESOURCE_ATTRIBUTES, which become a literal. Only the built-in profile has this source. */
export type OtelSource = { readonly otel: 'resourceAttributes' };
/** The first of several sources that the pod has when it is created. */
export type FallbackSource = { readonly firstOf: readonly SingleSource[] };

/** A source that an annotation can name. */
export type SingleSource = FieldSource | ResourceSource | KnownSource | NamespaceLabelSource;

/** A source that podherald replaces when a pod is created: see `creationValue`. */
export type CreationSource = KnownSource | NamespaceLabelSource | FallbackSource | OtelSource;

export type EnvSource = FieldSource | ResourceSource | LiteralSource | CreationSource;

export interface EnvItem {
  readonly name: string;
  readonly source: EnvSource;
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

/** Whether the value of a source is known only when a pod is created. */
export function isCreationSource(source: EnvSource): source is CreationSource {
  return 'known' in source || 'firstOf' in source || 'namespaceLabel' in source || 'otel' in source;
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

/** The variables that OTEL_RESOURCE_ATTRIBUTES refers to. Apps have no variables of these names for anything else. */
export const OTEL_REFERENCES = {
  podName: 'OTEL_RESOURCE_ATTRIBUTES_POD_NAME',
  podNamespace: 'OTEL_RESOURCE_ATTRIBUTES_POD_NAMESPACE',
  podUid: 'OTEL_RESOURCE_ATTRIBUTES_POD_UID',
  nodeName: 'OTEL_RESOURCE_ATTRIBUTES_NODE_NAME',
} as const;

const OTEL: Profile = {
  doc: 'OTEL_RESOURCE_ATTRIBUTES with the attributes that OpenTelemetry’s page “Populating resource attributes in Kubernetes” defines. [opentelemetry.md](../opentelemetry.md) lists them.',
  env: [
    field(OTEL_REFERENCES.podName, 'metadata.name'),
    field(OTEL_REFERENCES.podNamespace, 'metadata.namespace'),
    field(OTEL_REFERENCES.podUid, 'metadata.uid'),
    field(OTEL_REFERENCES.nodeName, 'spec.nodeName'),
    { name: 'OTEL_RESOURCE_ATTRIBUTES', source: { otel: 'resourceAttributes' } },
  ],
  files: [],
};

const TOPOLOGY: Profile = {
  doc: 'The zone and the region of the node. Kubernetes 1.35 and newer copy these labels of the node to the pod when it is scheduled; with older versions, the values are empty, and podherald returns a warning.',
  env: [
    field('TOPOLOGY_ZONE', "metadata.labels['topology.kubernetes.io/zone']"),
    field('TOPOLOGY_REGION', "metadata.labels['topology.kubernetes.io/region']"),
  ],
  files: [
    fileOfField('zone', "metadata.labels['topology.kubernetes.io/zone']"),
    fileOfField('region', "metadata.labels['topology.kubernetes.io/region']"),
  ],
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
  ['topology', TOPOLOGY],
]);
