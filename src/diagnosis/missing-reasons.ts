import { fill, type Reason, type Slots } from '../core/decision/reasons.ts';

/** Why a pod is missing an injection that was requested: each reason with its sentence. */
export const MISSING_REASONS = {
  faulty: 'the annotations of the pod are invalid, so a new pod would be denied: {what}',
  podherald_fails: 'podherald fails on this pod, so the pod is admitted unchanged: {what}',
  not_installed: 'the cluster has no MutatingWebhookConfiguration of podherald',
  policy_only:
    'podherald has no webhook in this cluster, only MutatingAdmissionPolicy {policy} (created at {created}): the pod is older than the policy, or the policy does not support what the pod requests',
  mirror_pod: 'the mirror pod of a static pod is never changed',
  namespace_excluded:
    'the namespaceSelector of the webhook does not match namespace {namespace}: it requires {requirement}',
  namespace_not_labelled:
    'namespace {namespace} does not have the label {label}, so the webhook is called only for pods with annotations of podherald',
  pod_not_selected:
    'the objectSelector of the webhook does not match the pod: it requires {requirement}',
  condition_not_met: 'the matchCondition {condition} of the webhook excludes the pod',
  rules_exclude: 'the rules of the webhook do not include the creation of pods',
  created_before_webhook:
    'the pod was created at {created}, before the webhook was installed at {installed}',
  asked_later: '{key} was set on the {place} at {time}, after the pod was created at {created}',
  container_added_later:
    'the containers without an injection were added after podherald had injected the pod',
  older_injection:
    'the pod was injected by another version or config of podherald, or its annotations have changed since',
  unreachable:
    'podherald probably did not answer when the pod was created, and failurePolicy Ignore admitted the pod unchanged',
  unknown: 'the webhook should have been called; see the log of podherald',
  not_told: 'it is unknown whether the webhook is called: {why}',
  not_understood: 'the annotations of the pod are partly invalid or unknown: {what}',
  namespace_not_understood: 'the defaults of the namespace are invalid: {what}',
  not_granted: 'the pod cannot get all that it requests: {what}',
} as const satisfies Record<string, string>;

export type MissingReasonCode = keyof typeof MISSING_REASONS;

/** One reason, with the values for the slots of its sentence. */
export interface MissingReason {
  readonly code: MissingReasonCode;
  readonly slots: Readonly<Record<string, string>>;
  /** The reasons of the findings that cause it, if findings do. */
  readonly findings?: readonly Reason[];
}

/** A reason needs a value for every slot of its sentence. */
export function missingReason<R extends MissingReasonCode>(
  code: R,
  slots: Readonly<Record<Slots<(typeof MISSING_REASONS)[R]>, string>>,
): MissingReason {
  return { code, slots };
}

/** The sentence of a reason, with its slots filled in. */
export function missingReasonSentence({ code, slots }: MissingReason): string {
  return fill(MISSING_REASONS[code], (slot) => slots[slot] ?? '');
}
