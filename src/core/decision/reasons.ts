/** What kind of statement a reason makes about a pod. */
export const REASON_KINDS = {
  failure: 'podherald itself failed; the pod is admitted unchanged.',
  fault:
    'an annotation of the pod is invalid, whatever the config contains. The pod is denied. If the config sets `onInvalid: warn`, the pod is admitted without the invalid part. An invalid annotation of a namespace is ignored with a warning.',
  skipped: 'there is nothing to inject. No warning is returned.',
  kept: 'the pod already sets what would be injected, and its own value is kept.',
  notice: 'something that was requested is not injected, or is injected differently.',
} as const satisfies Record<string, string>;

export type ReasonKind = keyof typeof REASON_KINDS;

interface ReasonEntry {
  readonly kind: ReasonKind;
  /** The sentence that people read. `{slot}`s are filled from the finding. */
  readonly sentence: string;
}

/**
 * Every reason, once. Warnings, the status annotation, audit annotations, the log and the metrics
 * use the same words. If several reasons apply to one review, the first in this order is its label.
 */
export const REASONS = {
  unexpected_error: {
    kind: 'failure',
    sentence: 'internal error in podherald (see its log); the pod is admitted unchanged',
  },
  patch_not_proven: {
    kind: 'failure',
    sentence:
      'podherald could not verify its own patch (see its log); the pod is admitted unchanged',
  },
  invalid_value: { kind: 'fault', sentence: '{key}: invalid value {value}: {expected}{hint}' },
  unknown_container: { kind: 'fault', sentence: '{key}: the pod has no container {value}{hint}' },
  given_twice: { kind: 'fault', sentence: '{key}: {value} is listed twice' },
  forms_contradict: {
    kind: 'fault',
    sentence: '{key}: {value} contradicts {other}: {otherValue}; remove one of the two',
  },
  more_faults: { kind: 'fault', sentence: '{key}: {count} more invalid values' },
  port_taken: {
    kind: 'fault',
    sentence: '{key}: container {container} already declares port {port}; choose another port',
  },
  not_a_pod: { kind: 'skipped', sentence: 'the object is not a pod' },
  not_create: { kind: 'skipped', sentence: 'the request does not create a pod' },
  malformed_pod: {
    kind: 'skipped',
    sentence: 'the pod is malformed, so the API server will reject it: {place}',
  },
  mirror_pod: { kind: 'skipped', sentence: 'the mirror pod of a static pod is never changed' },
  exempt_namespace: {
    kind: 'skipped',
    sentence: 'namespace {namespace} is in exempt.namespaces of the config',
  },
  opted_out: { kind: 'skipped', sentence: '{key} is "false"' },
  not_requested: { kind: 'skipped', sentence: 'no annotation requests an injection' },
  mount_exists: {
    kind: 'kept',
    sentence: 'container {container} already mounts {existing}; no files are injected at {path}',
  },
  env_exists: {
    kind: 'kept',
    sentence: 'container {container} already sets {names}; its own values are kept',
  },
  kubeconfig_exists: { kind: 'kept', sentence: '{key} already exists; its value is kept' },
  host_network: {
    kind: 'notice',
    sentence:
      'no ambassador: the pod uses hostNetwork, so anything on the node could use the proxy',
  },
  windows: {
    kind: 'notice',
    sentence: 'no ambassador: the pod is for Windows nodes, and the ambassador needs Linux',
  },
  server_too_old: {
    kind: 'notice',
    sentence:
      'no ambassador: API server {version} has no native sidecars, which need Kubernetes 1.29',
  },
  automount_disabled: {
    kind: 'notice',
    sentence:
      'no ambassador: the namespace requests one, but the pod mounts no token; set inject-ambassador on the pod',
  },
  too_large: {
    kind: 'notice',
    sentence: 'nothing injected: the pod would exceed the 1.5 MiB that the API server can store',
  },
  names_taken: {
    kind: 'notice',
    sentence:
      'no ambassador: the pod already has containers named ambassador and podherald-ambassador',
  },
  namespace_unavailable: {
    kind: 'notice',
    sentence:
      'could not read the defaults of namespace {namespace} ({why}); used only the annotations of the pod',
  },
  access_narrowed: {
    kind: 'notice',
    sentence: '{key}: {requested} is wider than the namespace or config allows; {access} is used',
  },
  port_moved: {
    kind: 'notice',
    sentence: 'port {taken} is taken; the ambassador listens on {port} (see KUBE_API_URL)',
  },
  name_taken: {
    kind: 'notice',
    sentence:
      'the pod already has a container named ambassador; the sidecar is named podherald-ambassador',
  },
  shared_processes: {
    kind: 'notice',
    sentence:
      '{field} is true: processes of root or of the ambassador user can read the ambassador token',
  },
  ambassador_differs: {
    kind: 'notice',
    sentence: 'container {container} already exists and is kept with {actual} instead of {instead}',
  },
  restart_policy_removed: {
    kind: 'notice',
    sentence:
      '{container} had lost restartPolicy: Always, which a webhook with old types removes; it is set again',
  },
  ambassador_before_mesh: {
    kind: 'notice',
    sentence:
      '{container} starts before {sidecar}, so it may not reach the API server; it must start after it',
  },
  port_shared: {
    kind: 'notice',
    sentence:
      'container {container} declares port {port}, but the ambassador listens on it; choose another port',
  },
  http_proxy: {
    kind: 'notice',
    sentence:
      'container {container} sets {variable}, and no_proxy lacks 127.0.0.1: requests to KUBE_API_URL may use that proxy',
  },
  annotations_full: {
    kind: 'notice',
    sentence: 'no kubeconfig: the annotations of the pod would exceed 256 KiB with {key}',
  },
  reference_set_later: {
    kind: 'notice',
    sentence:
      'container {container}: $({reference}) in {name} is not expanded, because {reference} is set later in env',
  },
  limit_not_set: {
    kind: 'notice',
    sentence:
      'container {container} has no {resource}: {item} will show the allocatable amount of the node',
  },
  value_unknown: {
    kind: 'notice',
    sentence: 'container {container}: {names} not injected: {why}',
  },
  no_topology_labels: {
    kind: 'notice',
    sentence: '{names} stay empty: zone and region need Kubernetes 1.35, not {version}',
  },
  unknown_profile: {
    kind: 'notice',
    sentence: '{key}: the config has no profile {profile}, so it is ignored{hint}',
  },
  no_metadata: {
    kind: 'notice',
    sentence: '{key} has no effect without inject-metadata, metadata-env or metadata-files',
  },
  no_ambassador: {
    kind: 'notice',
    sentence: '{key} has no effect without inject-ambassador: "true"',
  },
  wrong_place: {
    kind: 'notice',
    sentence: '{key} has no effect on a {here}; set it on {there} instead',
  },
  unknown_key: { kind: 'notice', sentence: '{unknown} is not an annotation of podherald{hint}' },
} as const satisfies Record<string, ReasonEntry>;

export type Reason = keyof typeof REASONS;
export type ReasonOf<Kind extends ReasonKind> = {
  [R in Reason]: (typeof REASONS)[R]['kind'] extends Kind ? R : never;
}[Reason];
