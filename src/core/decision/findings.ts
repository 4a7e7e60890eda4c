import { REASONS, type Reason, type ReasonKind, type ReasonOf } from './reasons.ts';

/** The names between braces in a sentence. */
export type Slots<Sentence extends string> =
  Sentence extends `${string}{${infer Slot}}${infer Rest}` ? Slot | Slots<Rest> : never;

/** An annotation of the pod or, if a namespace is named, of that Namespace. */
export interface AnnotationRef {
  readonly kind: 'annotation';
  readonly key: string;
  readonly namespace?: string;
}

/** The cause of a finding: what to change to get another result. */
export type Cause =
  | AnnotationRef
  /** A field of the pod, such as `['spec', 'containers', 0]`. The field need not exist. */
  | { readonly kind: 'field'; readonly path: readonly (string | number)[] }
  /** A field of podherald's config, such as `['ambassador', 'maxAccess']`. */
  | { readonly kind: 'config'; readonly path: readonly string[] }
  | { readonly kind: 'namespace'; readonly name: string }
  /** `automountServiceAccountToken` of the pod's ServiceAccount. */
  | { readonly kind: 'service_account' }
  /** The version of the API server. */
  | { readonly kind: 'server' };

/** One statement about a pod: its reason, the texts that fill its sentence, and its causes. */
export interface Finding<R extends Reason = Reason> {
  readonly reason: R;
  readonly slots: Readonly<Record<string, string>>;
  readonly causes: readonly Cause[];
}

/** An invalid annotation. */
export type Fault = Finding<ReasonOf<'fault'>>;

/** Makes a finding. Without a text for every slot of the sentence, it does not compile. */
export function finding<R extends Reason>(
  reason: R,
  slots: Readonly<Record<Slots<(typeof REASONS)[R]['sentence']>, string>>,
  ...causes: readonly Cause[]
): Finding<R> {
  return { reason, slots, causes };
}

/** The kind of statement that a finding makes. */
export function kindOf(found: Finding): ReasonKind {
  return REASONS[found.reason].kind;
}

/** The sentence for whoever owns the pod. It may quote the pod. */
export function sentenceOf({ reason, slots }: Finding): string {
  return fill(REASONS[reason].sentence, (slot) => slots[slot] ?? '');
}

/** Slots that never hold text of the pod: known words, known keys and names of the cluster. */
const LOGGED_SLOTS: ReadonlySet<string> = new Set([
  ...['key', 'expected', 'requested', 'access', 'field', 'here', 'there'],
  ...['namespace', 'why', 'version', 'resource', 'count'],
]);

/** The sentence for the log, in which `…` replaces all text of the pod. */
export function logSentenceOf({ reason, slots }: Finding): string {
  return fill(REASONS[reason].sentence, (slot) => {
    if (LOGGED_SLOTS.has(slot)) return slots[slot] ?? '';
    // A hint only completes a sentence.
    return slot === 'hint' ? '' : '…';
  });
}

/** Replaces each `{slot}` of a sentence by its text, on one line: names in a manifest may be any text. */
export function fill(sentence: string, textOf: (slot: string) => string): string {
  const line = (slot: string) => textOf(slot).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '\uFFFD');
  return sentence.replaceAll(/\{(\w+)\}/g, (_, slot: string) => line(slot));
}

const ORDER = new Map(Object.keys(REASONS).map((reason, index) => [reason, index]));

/** The first reason in the catalogue's order: the label of a review. */
export function firstReason(findings: readonly Finding[]): Reason | undefined {
  let first: Finding | undefined;
  for (const found of findings) {
    if (first === undefined || rankOf(found) < rankOf(first)) first = found;
  }
  return first?.reason;
}

/** The position of a finding's reason in the catalogue. */
export function rankOf(found: Finding): number {
  return ORDER.get(found.reason) ?? Number.POSITIVE_INFINITY;
}
