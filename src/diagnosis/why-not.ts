import type { Reason } from '../core/decision/reasons.ts';

/** Why a pod that asks did not get it: each reason once, with its sentence. */
export const WHY_NOT = {
  faulty: 'its annotations are at fault, and a new pod would be denied: {what}',
  podherald_fails: 'podherald fails on it, and lets it through as it comes: {what}',
  not_installed: 'the cluster has no MutatingWebhookConfiguration of podherald',
  policy_only:
    'the cluster has no webhook of podherald, but its MutatingAdmissionPolicy {policy} (created {created}), which came later or left the pod as it is',
  mirror_pod: 'a mirror pod of a static pod is never touched',
  namespace_excluded: 'the webhook leaves namespace {namespace} out ({requirement})',
  namespace_not_labelled:
    'the webhook is sent annotated pods only, unless their namespace has the label {label}: {namespace} has not, so what stands on the namespace has no effect',
  pod_not_selected: 'the webhook’s objectSelector does not select the pod ({requirement})',
  condition_not_met: 'the webhook’s matchCondition {condition} leaves the pod out',
  rules_exclude: 'the webhook’s rules do not name the creation of pods',
  created_before_webhook: 'it was created {created}, before the webhook ({installed})',
  asked_later: '{key} came on the {place} {time}, after the pod was created ({created})',
  container_added_later: 'these containers were added to it after podherald had seen it',
  older_injection:
    'it was injected by another config or version of podherald, or its annotations have changed since',
  unreachable:
    'suspected: podherald did not answer when it was created, and failurePolicy Ignore let it through as it came',
  unknown: 'the webhook should have been asked; the log of podherald may tell more',
  not_told: 'whether the webhook is asked cannot be told: {why}',
  not_understood: 'what it asks for is not known: {what}',
  namespace_not_understood: 'what its namespace asks for is not known: {what}',
  not_granted: 'it asks for what it cannot have: {what}',
} as const satisfies Record<string, string>;

export type WhyNotReason = keyof typeof WHY_NOT;

type Slots<Sentence extends string> = Sentence extends `${string}{${infer Slot}}${infer Rest}`
  ? Slot | Slots<Rest>
  : never;

/** One reason, with what fills its sentence. */
export interface WhyNot {
  readonly reason: WhyNotReason;
  readonly slots: Readonly<Record<string, string>>;
  /** What podherald found, where that is why. */
  readonly findings?: readonly Reason[];
}

export function whyNot<R extends WhyNotReason>(
  reason: R,
  slots: Readonly<Record<Slots<(typeof WHY_NOT)[R]>, string>>,
): WhyNot {
  return { reason, slots };
}

export function whyNotSentence({ reason, slots }: WhyNot): string {
  return WHY_NOT[reason].replaceAll(/\{(\w+)\}/g, (_, slot: string) => slots[slot] ?? '');
}
