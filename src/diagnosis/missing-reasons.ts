import { fill, type Slots } from '../core/decision/findings.ts';
import type { Reason } from '../core/decision/reasons.ts';

/** Why a pod is missing an injection that was requested: each reason with its sentence. */
export const MISSING_REASONS = {
  faulty: 'the annotations of the pod are invalid, so a new pod would be denied: {what}',
  podherald_fails: 'podherald cannot process this pod: {what}',
  not_installed: 'the cluster has no MutatingWebhookConfiguration of podherald',
  policy_only:
    'the cluster has MutatingAdmissionPolicy {policy} instead of the webhook, and a policy cannot inject everything',
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
  created_before_policy:
    'the pod was created at {created}, before MutatingAdmissionPolicy {policy} was installed at {installed}',
  asked_later: '{key} was set on the {place} at {time}, after the pod was created at {created}',
  container_added_later:
    'some containers are missing their injection, because they were added to the pod after podherald was called',
  older_injection:
    'the annotations, or the version or config of podherald, have changed since the pod was injected',
  unreachable:
    'podherald was probably unavailable when the pod was created; with failurePolicy Ignore, the API server then admits the pod unchanged',
  unknown:
    'the reason is unknown: the API server should have called the webhook; see the log of podherald',
  not_told: 'it is unknown whether the API server calls the webhook: {why}',
  not_understood: 'some annotations of the pod are invalid or unknown: {what}',
  namespace_not_understood: 'some annotations of the namespace are invalid or unknown: {what}',
  not_granted: 'the pod cannot get everything that it requests: {what}',
} as const satisfies Record<string, string>;

export type MissingReasonCode = keyof typeof MISSING_REASONS;

/** One reason, with the values for the slots of its sentence. */
export interface MissingReason {
  readonly code: MissingReasonCode;
  readonly slots: Readonly<Record<string, string>>;
  /** The reasons of the findings that cause this reason; absent if no finding does. */
  readonly findings?: readonly Reason[];
}

/** @param slots a value for every slot of the sentence. */
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
