import type { Logger } from 'pino';
import type { Mutation } from '../../core/admission/mutation.ts';
import { type AdmissionRequest, podName } from '../../core/admission/review.ts';
import {
  type Finding,
  logSentenceOf,
  type Reason,
  sentenceOf,
} from '../../core/decision/reasons.ts';

/**
 * Logs one line for each review: which pod, how the review ended and why. Text of the pod, such as
 * the values of its annotations, is logged at debug only.
 *
 * @param durationMs from the first byte of the request to its response.
 */
export function logReview(
  log: Logger,
  request: AdmissionRequest,
  mutation: Mutation,
  durationMs: number,
): void {
  const { outcome, reason, findings, error } = mutation;
  const line = {
    uid: request.uid,
    namespace: request.namespace,
    pod: podName(request),
    outcome,
    ...(reason !== undefined && { reason }),
    ...allReasons(findings),
    ...messageOf(findings),
    ...(request.dryRun && { dryRun: true }),
    durationMs: Math.round(durationMs * 1000) / 1000,
  };
  if (outcome === 'failed_open') log.error({ ...line, err: error }, 'review');
  else log.info(line, 'review');
  if (log.isLevelEnabled('debug')) {
    log.debug({ uid: request.uid, findings: findings.map(sentenceOf) }, 'findings');
  }
}

/** Only if there are more reasons than the one that labels the review. */
function allReasons(findings: readonly Finding[]): { reasons?: string[] } {
  if (findings.length < 2) return {};
  const reasons = new Set(findings.map(({ reason }) => reason));
  return reasons.size > 1 ? { reasons: [...reasons] } : {};
}

/** Most reviews have only one of these reasons, which need no message. */
const SELF_EXPLANATORY: ReadonlySet<Reason> = new Set([
  'not_a_pod',
  'not_create',
  'not_requested',
] as const);

/** The most sentences that one line contains. Level debug logs all of them. */
const MAX_SENTENCES = 10;

/** What was denied, skipped, kept, changed or invalid, in sentences without text of the pod. */
function messageOf(findings: readonly Finding[]): { message?: string } {
  const explained = findings.filter(({ reason }) => !SELF_EXPLANATORY.has(reason));
  if (explained.length === 0) return {};
  const sentences = new Set(explained.map(logSentenceOf));
  return { message: [...sentences].slice(0, MAX_SENTENCES).join('; ') };
}
