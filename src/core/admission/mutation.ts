import type { AddOperation } from '../api/json-patch.ts';
import type { Finding, Reason } from '../decision/reasons.ts';

/** How a review ends: exactly one of these. */
export const OUTCOMES = {
  injected: 'Something was added.',
  unchanged: 'What was asked for was there already, or is kept as the user wrote it.',
  skipped: 'podherald has nothing to do with the object.',
  denied: 'The pod’s own annotations are at fault.',
  failed_open: 'podherald failed, and let the pod through as it came.',
} as const satisfies Record<string, string>;

export type Outcome = keyof typeof OUTCOMES;

/** What the walk made of one pod. The caller answers, logs and counts from it. */
export interface Mutation {
  readonly outcome: Outcome;
  /** The first of the findings' reasons in the catalogue's order. */
  readonly reason?: Reason;
  readonly findings: readonly Finding[];
  /** Empty where there is nothing to do; proven against the pod. */
  readonly operations: readonly AddOperation[];
  /** How much of each kind the operations add. */
  readonly injected: InjectedCounts;
  /** What was thrown, of `failed_open`. */
  readonly error?: unknown;
}

/** What can be added to a pod, as metrics and audit annotations name it. */
export const INJECTION_KINDS = ['env', 'volume', 'ambassador'] as const;

export type InjectionKind = (typeof INJECTION_KINDS)[number];
export type InjectedCounts = Readonly<Record<InjectionKind, number>>;

export const NOTHING_INJECTED: InjectedCounts = { env: 0, volume: 0, ambassador: 0 };
