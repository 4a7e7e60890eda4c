/**
 * Where a value comes from. `fieldRef` and `resource` are the Downward API's two kinds; a literal
 * is text, in which kubelet expands `$(NAME)` from what stands before it in `env`.
 */
export type FieldSource = { readonly fieldRef: string };
export type ResourceSource = { readonly resource: string; readonly divisor: string };
export type LiteralSource = { readonly literal: string };

export interface EnvItem {
  readonly name: string;
  readonly source: FieldSource | ResourceSource | LiteralSource;
}

export interface FileItem {
  /** Relative to the mount path. */
  readonly path: string;
  readonly source: FieldSource | ResourceSource;
}

/** A named set of metadata items; one word in an annotation asks for all of them. */
export interface Profile {
  readonly env: readonly EnvItem[];
  readonly files: readonly FileItem[];
}

const field = (fieldRef: string): FieldSource => ({ fieldRef });
const resource = (name: string, divisor: string): ResourceSource => ({ resource: name, divisor });

/** What `inject-metadata: "true"` means: what the classic Downward API tutorial writes by hand. */
export const DEFAULT_PROFILE: Profile = {
  env: [
    { name: 'POD_NAME', source: field('metadata.name') },
    { name: 'POD_NAMESPACE', source: field('metadata.namespace') },
    { name: 'POD_IP', source: field('status.podIP') },
    { name: 'NODE_NAME', source: field('spec.nodeName') },
    { name: 'SERVICE_ACCOUNT', source: field('spec.serviceAccountName') },
    { name: 'CONTAINER_CPU_REQUEST_MILLICORES', source: resource('requests.cpu', '1m') },
    { name: 'CONTAINER_MEMORY_LIMIT_KIBIBYTES', source: resource('limits.memory', '1Ki') },
  ],
  files: [
    { path: 'podName', source: field('metadata.name') },
    { path: 'podNamespace', source: field('metadata.namespace') },
    { path: 'labels', source: field('metadata.labels') },
    { path: 'annotations', source: field('metadata.annotations') },
    { path: 'containerCpuRequestMilliCores', source: resource('requests.cpu', '1m') },
    { path: 'containerMemoryLimitBytes', source: resource('limits.memory', '1') },
  ],
};

/** The names that `value` refers to as `$(NAME)`; `$$(NAME)` is an escape and refers to nothing. */
export function references(value: string): string[] {
  return [...value.matchAll(/\$\$|\$\(([^()]+)\)/g)].flatMap(([, name]) => name ?? []);
}
