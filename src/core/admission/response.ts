import { type Finding, kindOf, sentenceOf } from '../decision/reasons.ts';
import { INJECTION_KINDS, type Mutation } from './mutation.ts';
import { type AdmissionRequest, REVIEW_API_VERSION, REVIEW_KIND } from './review.ts';

/** An AdmissionReview with a response, as k8s.io/api/admission/v1 spells it. */
export interface ReviewAnswer {
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
  /** Base64 of a list of operations. */
  readonly patch?: string;
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

/** The one place that completes a response. */
export function answer(request: AdmissionRequest, mutation: Mutation): ReviewAnswer {
  const { outcome, operations, findings } = mutation;
  const allowed = outcome !== 'denied';
  const warnings = allowed ? warningsFor(findings) : [];
  return {
    apiVersion: REVIEW_API_VERSION,
    kind: REVIEW_KIND,
    response: {
      uid: request.uid,
      allowed,
      ...(!allowed && { status: refusal(request, findings) }),
      ...(operations.length > 0 && { patchType: 'JSONPatch', patch: encode(operations) }),
      ...(warnings.length > 0 && { warnings }),
      ...auditAnnotations(mutation),
    },
  };
}

/** The API server adds `admission webhook "…" denied the request: ` in front. */
function refusal(
  request: AdmissionRequest,
  faults: readonly Finding[],
): NonNullable<AdmissionResponse['status']> {
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
  const lines = faults.map((fault) => `- ${sentenceOf(fault)}`);
  const message = [
    `${count} in the annotations of the pod (namespace ${request.namespace}):`,
    ...lines,
  ].join('\n');
  return { status: 'Failure', code: 403, reason: 'Forbidden', message };
}

/** Longer ones may be cut by the API server, and those with control characters are dropped. */
const WARNING_LENGTH = 120;

/** A hint at the end of a sentence is what its reader needs most: the cut comes before it. */
const HINT_LENGTH = 60;

/** For what was asked for and not given, or given otherwise. */
export function warningsFor(findings: readonly Finding[]): string[] {
  const told = findings.filter((found) => kindOf(found) !== 'skipped');
  return told.map((found) => oneLine(`podherald: ${sentenceOf(found)}`));
}

function oneLine(sentence: string): string {
  const line = [...sentence.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')];
  if (line.length <= WARNING_LENGTH) return line.join('');
  const hint = [...(/; [^;]*$/.exec(line.join(''))?.[0] ?? '')];
  const kept = hint.length <= HINT_LENGTH ? hint : [];
  return [...line.slice(0, WARNING_LENGTH - 1 - kept.length), '…', ...kept].join('');
}

/**
 * Left out where nothing was done and nothing is told, as in a second round: an audit annotation
 * cannot be changed once it is set.
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
