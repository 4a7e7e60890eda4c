/** What a reason says of the pod. */
export const REASON_KINDS = {
  failure: 'podherald could not do its work, and the pod is admitted as it came.',
  fault:
    'the pod’s own text is wrong under any configuration; the pod is denied, or admitted without that part under `onInvalid: warn`. On a namespace it is only told.',
  skipped: 'podherald has nothing to do with the pod. It is not told as a warning.',
  kept: 'the user wrote something at that place, which stays.',
  notice: 'something was asked for, and not given or given otherwise.',
} as const satisfies Record<string, string>;

export type ReasonKind = keyof typeof REASON_KINDS;

interface ReasonEntry {
  readonly kind: ReasonKind;
  /** What a person reads. `{slot}`s are filled from the finding. */
  readonly sentence: string;
}

/**
 * Every reason, once. The same words go into warnings, the status annotation, audit annotations,
 * the log and the metric. Where several apply to one review, the first of this order is its label.
 */
export const REASONS = {
  unexpected_error: {
    kind: 'failure',
    sentence: 'an error inside podherald: the pod is admitted without injection',
  },
  patch_not_proven: {
    kind: 'failure',
    sentence: 'a patch that could not be proven: the pod is admitted without injection',
  },
  invalid_value: { kind: 'fault', sentence: '{key}: {value}: {fault}' },
  unknown_container: {
    kind: 'fault',
    sentence: '{key}: the pod has no container {value}{hint}',
  },
  given_twice: { kind: 'fault', sentence: '{key}: {value} is given twice' },
  forms_contradict: {
    kind: 'fault',
    sentence: '{key}: {value} contradicts {other}: {otherValue}; leave one of them out',
  },
  port_taken: { kind: 'fault', sentence: '{key}: container {container} declares port {port} too' },
  not_a_pod: { kind: 'skipped', sentence: 'the review is not about a pod' },
  not_create: { kind: 'skipped', sentence: 'the pod is not being created' },
  malformed_pod: { kind: 'skipped', sentence: 'the pod is left to the API server: {place}' },
  mirror_pod: { kind: 'skipped', sentence: 'a mirror pod of a static pod is never touched' },
  exempt_namespace: {
    kind: 'skipped',
    sentence: 'the config leaves namespace {namespace} alone',
  },
  opted_out: { kind: 'skipped', sentence: '{key} is "false"' },
  not_requested: { kind: 'skipped', sentence: 'nothing asks for an injection' },
  mount_exists: {
    kind: 'kept',
    sentence: '{container} gets no files at {path}: it already mounts {existing}',
  },
  env_exists: {
    kind: 'kept',
    sentence: '{container} keeps its own {names}',
  },
  kubeconfig_exists: { kind: 'kept', sentence: '{key} is there already, and stays as it is' },
  host_network: {
    kind: 'notice',
    sentence: 'no ambassador: on the network of the node, all of the node could use it',
  },
  windows: { kind: 'notice', sentence: 'no ambassador: there is none for Windows' },
  server_too_old: {
    kind: 'notice',
    sentence: 'no ambassador: API server {version} has no native sidecars; they came with 1.29',
  },
  automount_disabled: {
    kind: 'notice',
    sentence:
      'no ambassador: a pod without a token of its own gets one only by an annotation on the pod',
  },
  names_taken: {
    kind: 'notice',
    sentence: 'no ambassador: the pod has containers ambassador and podherald-ambassador',
  },
  namespace_unavailable: {
    kind: 'notice',
    sentence: 'the defaults of namespace {namespace} are not known ({why}): only the pod counts',
  },
  access_narrowed: { kind: 'notice', sentence: '{key}: {asked} is narrowed to {access}' },
  port_moved: {
    kind: 'notice',
    sentence: 'port {taken} is taken: the ambassador listens on {port}, as KUBE_API_URL says',
  },
  name_taken: {
    kind: 'notice',
    sentence: 'the pod has a container {name} of its own: the ambassador is {container}',
  },
  shared_processes: {
    kind: 'notice',
    sentence:
      'processes are shared: what runs as root, or as the user of the ambassador, can read its token',
  },
  ambassador_differs: {
    kind: 'notice',
    sentence: '{container} is there already and stays as it is: it has {is}, not {instead}',
  },
  port_shared: {
    kind: 'notice',
    sentence: 'container {container} declares port {port}, which the ambassador listens on',
  },
  annotations_full: {
    kind: 'notice',
    sentence: 'no kubeconfig: the annotations have no room left for {key}',
  },
  reference_set_later: {
    kind: 'notice',
    sentence: '{container}: {name} cannot expand $({reference}), which the container sets later',
  },
  limit_not_set: {
    kind: 'notice',
    sentence: "{container} has no {resource}: {item} shows the node's",
  },
  unknown_profile: {
    kind: 'notice',
    sentence: '{key}: no profile {profile} is configured: left out{hint}',
  },
  no_ambassador: {
    kind: 'notice',
    sentence: '{key} has no effect without inject-ambassador: "true"',
  },
  wrong_place: { kind: 'notice', sentence: '{key} has an effect only on {place}' },
  unknown_key: {
    kind: 'notice',
    sentence: '{key} is not a known annotation{hint}',
  },
} as const satisfies Record<string, ReasonEntry>;

export type Reason = keyof typeof REASONS;
export type ReasonOf<Kind extends ReasonKind> = {
  [R in Reason]: (typeof REASONS)[R]['kind'] extends Kind ? R : never;
}[Reason];

type Slots<Sentence extends string> = Sentence extends `${string}{${infer Slot}}${infer Rest}`
  ? Slot | Slots<Rest>
  : never;

/** One thing to tell about a pod: a word for machines, and what fills its sentence for people. */
export interface Finding<R extends Reason = Reason> {
  readonly reason: R;
  readonly slots: Readonly<Record<string, string>>;
}

/** A finding cannot be made without every slot of its sentence. */
export function finding<R extends Reason>(
  reason: R,
  slots: Readonly<Record<Slots<(typeof REASONS)[R]['sentence']>, string>>,
): Finding<R> {
  return { reason, slots };
}

export function kindOf(found: Finding): ReasonKind {
  return REASONS[found.reason].kind;
}

export function sentenceOf({ reason, slots }: Finding): string {
  return REASONS[reason].sentence.replaceAll(/\{(\w+)\}/g, (_, slot: string) => slots[slot] ?? '');
}

const ORDER = new Map(Object.keys(REASONS).map((reason, index) => [reason, index]));

/** The reason that stands first in the catalogue: the label of a review. */
export function firstReason(findings: readonly Finding[]): Reason | undefined {
  let first: Finding | undefined;
  for (const found of findings) {
    if (first === undefined || rankOf(found) < rankOf(first)) first = found;
  }
  return first?.reason;
}

/** Where its reason stands in the catalogue. */
export function rankOf(found: Finding): number {
  return ORDER.get(found.reason) ?? Number.POSITIVE_INFINITY;
}
