import type { Logger } from 'pino';
import type { Mutation } from '../../core/admission/mutation.ts';
import type { AdmissionRequest } from '../../core/admission/review.ts';
import { isObject } from '../../core/api/json.ts';
import { type Finding, sentenceOf } from '../../core/decision/reasons.ts';

/**
 * One line for each review: which pod, how it ended and why, in the catalogue's words. What the
 * pod holds, the pieces of its annotations that a sentence quotes included, is told at debug only.
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
    pod: podName(request.object),
    outcome,
    ...(reason !== undefined && { reason }),
    ...allReasons(findings),
    ...(request.dryRun && { dryRun: true }),
    durationMs: Math.round(durationMs * 1000) / 1000,
  };
  if (outcome === 'failed_open') log.error({ ...line, err: error }, 'review');
  else log.info(line, 'review');
  if (log.isLevelEnabled('debug')) {
    log.debug({ uid: request.uid, findings: findings.map(sentenceOf) }, 'findings');
  }
}

/** Where there is more to tell than the one that labels the review. */
function allReasons(findings: readonly Finding[]): { reasons?: string[] } {
  const reasons = new Set(findings.map(({ reason }) => reason));
  return reasons.size > 1 ? { reasons: [...reasons] } : {};
}

/** Pods of controllers have only a generateName while they are created. */
function podName(object: unknown): string {
  const metadata = isObject(object) ? object['metadata'] : undefined;
  if (!isObject(metadata)) return '';
  const { name, generateName } = metadata;
  if (typeof name === 'string') return name;
  return typeof generateName === 'string' ? `${generateName}*` : '';
}
