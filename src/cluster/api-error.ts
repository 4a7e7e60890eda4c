import { backoffMs } from '../clock.ts';
import type { JsonObject } from '../core/api/json.ts';
import { AppError } from '../errors.ts';

export interface ApiErrorOptions extends ErrorOptions {
  /** What the message says after the summary. */
  readonly detail?: string;
  /** The status of the response; absent if there was no response. */
  readonly status?: number | undefined;
  /** Whether changes may have been missed, so that only a new list is reliable. */
  readonly relist?: boolean;
  /** How long the API server asked its clients to wait. */
  readonly retryAfterMs?: number;
}

/** A request to the API server that failed. Its code is `cluster`. */
export class ApiError extends AppError {
  /** The message without the API server's text and address, for owners of pods. */
  readonly summary: string;
  readonly status: number | undefined;
  readonly relist: boolean;
  readonly retryAfterMs: number;

  constructor(summary: string, options: ApiErrorOptions = {}) {
    super('cluster', `${summary}${options.detail ?? ''}`, options);
    this.summary = summary;
    this.status = options.status;
    this.relist = options.relist ?? false;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

/** Such as ECONNREFUSED, which is easier to search for than the sentence around it. */
const SYSTEM_ERROR = /^E[A-Z]+$/;

/**
 * Turns whatever a request threw into an ApiError. An error of another kind comes from the network.
 *
 * @param server its address is added to the message unless the API server has answered.
 */
export function apiErrorOf(error: unknown, server: string): ApiError {
  const detail = ` (${server})`;
  if (!(error instanceof ApiError)) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const why = SYSTEM_ERROR.test(code) ? code : message;
    return new ApiError(`the API server cannot be reached: ${why}`, { detail, cause: error });
  }
  const isComplete = error.status !== undefined || error.message !== error.summary;
  if (isComplete) return error;
  return new ApiError(error.summary, { detail, relist: error.relist, cause: error.cause });
}

/** The most that is quoted of the API server's own message. */
const QUOTED_LENGTH = 300;

export interface StatusErrorOptions {
  /** Such as `GET /api/v1/namespaces`. */
  readonly request: string;
  /** The Status that came with it. */
  readonly body: JsonObject | undefined;
  /** The header `retry-after`; NaN if there is none. */
  readonly retryAfterSeconds?: number;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** The error for the status of a response, or of an ERROR event of a watch. */
export function statusError(status: number, options: StatusErrorOptions): ApiError {
  const { request, body, retryAfterSeconds = Number.NaN, hint } = options;
  const message = body?.['message'];
  const why = typeof message === 'string' ? message.slice(0, QUOTED_LENGTH) : 'no reason given';
  return new ApiError(`the API server answered ${status}`, {
    detail: ` to ${request}: ${why}${hint === undefined ? '' : ` (${hint})`}`,
    status,
    // 410: the resource version was compacted. 400: it is not valid, such as that of another etcd.
    relist: status === 410 || status === 400,
    retryAfterMs: retryAfterSeconds > 0 ? retryAfterSeconds * 1000 : 0,
  });
}

/** A response that no API server sends, such as the page of a proxy. */
export function unexpectedResponse(what: string, options?: ApiErrorOptions): ApiError {
  return new ApiError(`unexpected response from the API server: ${what}`, options);
}

/** The namespaces are up to date again within seconds, however long the API server was away. */
const BACKOFF = { firstMs: 100, longestMs: 3_000 };

/** An API server asks for 1 to 8 s; this limits what a proxy may ask for. */
const LONGEST_RETRY_AFTER_MS = 30_000;

/**
 * How long to wait before the API server is asked again, in milliseconds: 100, 200, 400 … 3000, of
 * which the second half is random, but never less than the API server asked for, up to 30 s.
 *
 * @param failures failed attempts in a row.
 * @param random from 0 to 1.
 */
export function retryDelayMs(failures: number, random: number, retryAfterMs = 0): number {
  if (failures === 0) return 0;
  const ownMs = backoffMs(BACKOFF, failures, random);
  return Math.max(ownMs, Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS));
}
