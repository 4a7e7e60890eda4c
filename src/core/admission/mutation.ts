import type { AddOperation } from '../api/json-patch.ts';
import type { Decision } from '../decision/decide.ts';
import { type Finding, firstReason, kindOf } from '../decision/findings.ts';
import type { Reason } from '../decision/reasons.ts';
import { changesSpec, type Injection, NO_INJECTION } from '../injection/injection.ts';

/** How a review ends: exactly one of these. */
export const OUTCOMES = {
  injected: 'Something was injected into the pod.',
  unchanged:
    'Nothing had to be injected: the pod already has what it requests, or keeps its own values.',
  skipped:
    'Nothing was injected. If something was requested, the status annotation and a warning give the reason.',
  denied: 'The pod was denied, because one of its own annotations is invalid.',
  failed_open: 'podherald failed, and the pod was admitted unchanged.',
} as const satisfies Record<string, string>;

export type Outcome = keyof typeof OUTCOMES;

/** The result of one review, from which the response, the log line and the metrics are made. */
export interface Mutation {
  readonly outcome: Outcome;
  /** The first reason of the findings, in the catalogue's order: the label of the review. */
  readonly reason?: Reason;
  readonly findings: readonly Finding[];
  /** What the pod should get; absent if the review ended before that was decided. */
  readonly decision?: Decision;
  /** What is added to the pod. */
  readonly injection: Injection;
  /** The injection as JSON Patch, verified against the pod; empty if nothing is added. */
  readonly operations: readonly AddOperation[];
  /** How much of each kind is injected. */
  readonly injected: InjectedCounts;
  /** What was thrown, if the outcome is `failed_open`. */
  readonly error?: unknown;
}

/** What can be injected into a pod, as metrics and audit annotations name it. */
export const INJECTION_KINDS = ['env', 'volume', 'ambassador'] as const;

export type InjectionKind = (typeof INJECTION_KINDS)[number];
export type InjectedCounts = Readonly<Record<InjectionKind, number>>;

const NOTHING_INJECTED: InjectedCounts = { env: 0, volume: 0, ambassador: 0 };

/** The pod is admitted without an injection, for the first of these reasons. */
export function skipped(...findings: readonly Finding[]): Mutation {
  return unpatched('skipped', findings);
}

/** The pod is denied for the decision's faults. The other findings are returned as warnings. */
export function denied(decision: Decision, findings: readonly Finding[]): Mutation {
  const reason = firstReason(decision.faults);
  return { ...unpatched('denied', findings), ...(reason !== undefined && { reason }), decision };
}

/** podherald failed, and the pod is admitted unchanged. */
export function errored(failure: Finding, error: unknown): Mutation {
  return { ...unpatched('failed_open', [failure]), error };
}

/**
 * The pod is admitted with these operations, if there are any.
 *
 * @param explained the findings that the status annotation lists.
 */
export function patched(
  decision: Decision,
  injection: Injection,
  operations: readonly AddOperation[],
  explained: readonly Finding[],
): Mutation {
  const needsNoWarning = decision.skipped && kindOf(decision.skipped) === 'skipped';
  const findings =
    decision.skipped && needsNoWarning ? [decision.skipped, ...explained] : explained;
  const reason = firstReason(findings);
  return {
    outcome: outcomeOf(decision, injection),
    ...(reason !== undefined && { reason }),
    findings,
    decision,
    injection,
    operations,
    injected: countsOf(injection),
  };
}

function outcomeOf({ skipped: skippedFor }: Decision, injection: Injection): Outcome {
  if (skippedFor !== undefined) return 'skipped';
  return changesSpec(injection) ? 'injected' : 'unchanged';
}

function countsOf({ containers, volumes, ambassador }: Injection): InjectedCounts {
  return {
    env: containers.reduce((sum, { env }) => sum + env.length, 0),
    volume: volumes.length,
    ambassador: ambassador === undefined ? 0 : 1,
  };
}

function unpatched(outcome: Outcome, findings: readonly Finding[]): Mutation {
  const reason = firstReason(findings);
  return {
    outcome,
    ...(reason !== undefined && { reason }),
    findings,
    injection: NO_INJECTION,
    operations: [],
    injected: NOTHING_INJECTED,
  };
}
