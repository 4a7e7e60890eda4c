import type { Mutation } from '../../core/admission/mutation.ts';
import { type AdmissionRequest, podName } from '../../core/admission/review.ts';

/** A request that was answered. */
export interface ServedRequest {
  /** The headers with the trace that the API server continues (https://www.w3.org/TR/trace-context/). */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The path of the webhook, such as `/mutate`. */
  readonly route: string;
  readonly statusCode: number;
  /** From the first byte of the request until its response was sent. */
  readonly durationMs: number;
  /** What the request was about; absent if it was not a review. */
  readonly review?: ReviewAttributes | undefined;
}

/** The attributes of a review. None holds a value of an annotation or variable. */
export type ReviewAttributes = Readonly<Record<`podherald.${string}`, string | number | boolean>>;

/** Records what the webhook serves. */
export interface Tracing {
  /** Records a request as a span. Never throws or waits. */
  served(request: ServedRequest): void;
  readonly counts: SpanCounts;
  /** Sends what was recorded. Takes a few seconds at most. */
  close(): Promise<void>;
}

/** The number of spans by what became of them. */
export interface SpanCounts {
  readonly sent: number;
  /** The collector did not accept them. */
  readonly failed: number;
  /** Too many spans were waiting. */
  readonly dropped: number;
}

/** The attributes of a review of a pod. */
export function reviewAttributes(request: AdmissionRequest, mutation: Mutation): ReviewAttributes {
  const { outcome, reason, injected } = mutation;
  return {
    ...requestAttributes(request),
    'podherald.outcome': outcome,
    ...(reason !== undefined && { 'podherald.reason': reason }),
    'podherald.injected.env': injected.env,
    'podherald.injected.volume': injected.volume,
    'podherald.injected.ambassador': injected.ambassador,
  };
}

/** The attributes of a review that only warns. */
export function warningAttributes(request: AdmissionRequest, warnings: number): ReviewAttributes {
  return { ...requestAttributes(request), 'podherald.warnings': warnings };
}

/** The outcome of a review of which podherald failed to say anything, although it answered. */
export const FAILED_OPEN = 'failed_open' satisfies Mutation['outcome'];

/** A client may send names of any length: Kubernetes' longest have 253 characters. */
const NAME_LENGTH = 256;

function requestAttributes(request: AdmissionRequest): ReviewAttributes {
  const { uid, namespace, operation, resource, dryRun } = request;
  const cut = (text: string): string => text.slice(0, NAME_LENGTH);
  return {
    'podherald.request.uid': cut(uid),
    'podherald.request.namespace': cut(namespace),
    'podherald.request.name': cut(podName(request)),
    'podherald.request.resource': cut(resource),
    'podherald.request.operation': cut(operation),
    ...(dryRun && { 'podherald.request.dry_run': true }),
  };
}
