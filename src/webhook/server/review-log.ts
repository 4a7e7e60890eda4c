import type { Logger } from 'pino';
import type { Mutation } from '../../core/admission/mutation.ts';
import { type AdmissionRequest, podName } from '../../core/admission/review.ts';
import { type Finding, logSentenceOf, sentenceOf } from '../../core/decision/findings.ts';
import type { Reason } from '../../core/decision/reasons.ts';
import { bounded } from './log.ts';
import type { Warned } from './review-body.ts';

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
    uid: bounded(request.uid),
    namespace: bounded(request.namespace),
    pod: bounded(podName(request)),
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
    const sentences = findings.map((found) => bounded(sentenceOf(found), SENTENCE_LENGTH));
    log.debug({ uid: bounded(request.uid), findings: sentences }, 'findings');
  }
}

/**
 * Logs a review of a workload or Namespace: at info if it was warned about, otherwise at debug, because controllers
 * update workloads all the time. The warnings quote the object, so they are logged at debug only.
 */
export function logWarned(
  log: Logger,
  { request, sentences, error }: Warned,
  durationMs: number,
): void {
  const line = {
    uid: bounded(request.uid),
    resource: bounded(request.resource),
    namespace: bounded(request.namespace),
    name: bounded(podName(request)),
    warnings: sentences.length,
    durationMs: Math.round(durationMs * 1000) / 1000,
  };
  if (error !== undefined) log.error({ ...line, err: error }, 'workload review failed');
  else if (sentences.length > 0) log.info(line, 'workload review');
  else log.debug(line, 'workload review');
  if (sentences.length > 0 && log.isLevelEnabled('debug')) {
    const shown = sentences.map((sentence) => bounded(sentence, SENTENCE_LENGTH));
    log.debug({ uid: bounded(request.uid), warnings: shown }, 'warnings');
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

/** A sentence may quote a value of a pod. */
const SENTENCE_LENGTH = 1024;

/** What was denied, skipped, kept, changed or invalid, in sentences without text of the pod. */
function messageOf(findings: readonly Finding[]): { message?: string } {
  const explained = findings.filter(({ reason }) => !SELF_EXPLANATORY.has(reason));
  if (explained.length === 0) return {};
  const sentences = new Set(explained.map(logSentenceOf));
  const listed = [...sentences].slice(0, MAX_SENTENCES);
  return { message: listed.map((one) => bounded(one, SENTENCE_LENGTH)).join('; ') };
}
