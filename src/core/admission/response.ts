import { type Finding, kindOf, sentenceOf } from '../decision/findings.ts';
import { INJECTION_KINDS, type Mutation } from './mutation.ts';
import { type AdmissionRequest, podName, REVIEW_API_VERSION, REVIEW_KIND } from './review.ts';

/** An AdmissionReview with a response (k8s.io/api/admission/v1). */
export interface ReviewResponse {
  readonly apiVersion: typeof REVIEW_API_VERSION;
  readonly kind: typeof REVIEW_KIND;
  readonly response: AdmissionResponse;
}

export interface AdmissionResponse {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: {
    readonly status: 'Failure';
    readonly code: 403;
    readonly reason: 'Forbidden';
    readonly message: string;
  };
  readonly patchType?: 'JSONPatch';
  /** A list of operations as JSON in base64. */
  readonly patch?: string;
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

/** Builds the response to a review: the only place that does. */
export function respond(request: AdmissionRequest, mutation: Mutation): ReviewResponse {
  const { outcome, operations, findings, decision } = mutation;
  const allowed = outcome !== 'denied';
  const faults = allowed ? [] : (decision?.faults ?? []);
  const warnings = warningsFor(findings.filter((one) => !faults.some((fault) => fault === one)));
  return {
    apiVersion: REVIEW_API_VERSION,
    kind: REVIEW_KIND,
    response: {
      uid: request.uid,
      allowed,
      ...(!allowed && { status: denialStatus(request, faults) }),
      ...(operations.length > 0 && { patchType: 'JSONPatch', patch: encode(operations) }),
      ...(warnings.length > 0 && { warnings }),
      ...auditAnnotations(mutation),
    },
  };
}

/** Builds the response to a review that only warns: it always allows, and never patches. */
export function respondWithWarnings(uid: string, sentences: readonly string[]): ReviewResponse {
  const warnings = warningLines(sentences);
  return {
    apiVersion: REVIEW_API_VERSION,
    kind: REVIEW_KIND,
    response: { uid, allowed: true, ...(warnings.length > 0 && { warnings }) },
  };
}

/**
 * `kubectl get events` shows only the first line, so that line contains the first fault. The API
 * server adds `admission webhook "…" denied the request: ` before it.
 */
function denialStatus(
  request: AdmissionRequest,
  faults: readonly Finding[],
): NonNullable<AdmissionResponse['status']> {
  const pod = podLabel(request);
  const [first = '', ...others] = faults.map(sentenceOf);
  const message =
    others.length === 0
      ? `${pod}: ${first}`
      : [
          `${pod}: ${faults.length} errors in the annotations: ${first}`,
          ...others.map((one) => `- ${one}`),
        ].join('\n');
  return { status: 'Failure', code: 403, reason: 'Forbidden', message };
}

/** The name in the review has not been validated yet, so it might break out of the line. */
const NAME = /^[a-z0-9.*-]{1,253}$/;

function podLabel(request: AdmissionRequest): string {
  const name = podName(request);
  return NAME.test(name)
    ? `pod ${request.namespace}/${name}`
    : `pod in namespace ${request.namespace}`;
}

/** The API server may cut longer warnings, and drops those with control characters. */
const WARNING_LENGTH = 120;

/** The longest hint that a cut warning keeps: the hint at the end of a sentence helps most. */
const HINT_LENGTH = 60;

/** The API server ignores warnings after the first 4096 characters. */
const MAX_WARNINGS = 40;

/** One warning for each finding that is not of kind `skipped`; the last gives the number of others. */
export function warningsFor(findings: readonly Finding[]): string[] {
  return warningLines(findings.filter((found) => kindOf(found) !== 'skipped').map(sentenceOf));
}

function warningLines(sentences: readonly string[]): string[] {
  const listed = sentences.slice(0, MAX_WARNINGS);
  const warnings = listed.map((sentence) => oneLine(`podherald: ${sentence}`));
  const others = sentences.length - listed.length;
  return others === 0 ? warnings : [...warnings, `podherald: ${others} more warnings`];
}

function oneLine(sentence: string): string {
  const line = [...sentence.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')];
  if (line.length <= WARNING_LENGTH) return line.join('');
  const hint = [...(/; [^;]*$/.exec(line.join(''))?.[0] ?? '')];
  const kept = hint.length <= HINT_LENGTH ? hint : [];
  return [...line.slice(0, WARNING_LENGTH - 1 - kept.length), '…', ...kept].join('');
}

/**
 * None if nothing was done, as in a second call for the same pod: an audit annotation cannot be
 * changed after it is set.
 */
function auditAnnotations({
  outcome,
  reason,
  operations,
  injected,
}: Mutation): Pick<AdmissionResponse, 'auditAnnotations'> {
  if (outcome === 'unchanged' && operations.length === 0) return {};
  const kinds = INJECTION_KINDS.filter((kind) => injected[kind] > 0);
  return {
    auditAnnotations: {
      outcome,
      ...(reason !== undefined && { reason }),
      ...(kinds.length > 0 && { injected: kinds.join(',') }),
    },
  };
}

function encode(operations: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(operations)).toString('base64');
}
