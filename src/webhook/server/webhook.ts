import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Logger } from 'pino';
import { type FindNamespace, nameOnly, review } from '../../core/admission/mutate.ts';
import { respond } from '../../core/admission/response.ts';
import { type AdmissionRequest, isInvalid, parseReview } from '../../core/admission/review.ts';
import type { Rules } from '../../core/decision/rules.ts';
import type { KeyPair } from '../tls/certificate.ts';
import { answerError, HttpError } from './http-error.ts';
import { trackHandshakes } from './listen.ts';
import type { Metrics } from './metrics.ts';
import { logReview } from './review-log.ts';

export interface WebhookOptions {
  /** The current rules, read for each review. */
  readonly rules: () => Rules;
  /** Absent if namespaces are not read. */
  readonly findNamespace?: FindNamespace | undefined;
  readonly metrics: Metrics;
  readonly log: Logger;
  /**
   * An empty object means that the server gets a pair later; no handshake succeeds before. Without
   * `tls` the app speaks plain HTTP, for tests.
   */
  readonly tls?: KeyPair | Record<string, never>;
  /**
   * Whether podherald is shutting down. Each response then closes its connection, so that the API
   * server opens its next one to another replica, and sends no review on one that is being closed.
   */
  readonly isShuttingDown?: () => boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** On the clock of performance.now(). */
    arrivedAtMs: number;
  }
}

const MUTATE_PATH = '/mutate';

/** A review may carry an object and an old object of 3 MiB each (controller-runtime's limit too). */
const BODY_LIMIT_BYTES = 7 * 1024 * 1024;

/** Longer than the API server keeps an idle connection (90 s), or it may write into a closed one. */
const KEEP_ALIVE_TIMEOUT_MS = 120_000;

/**
 * How long a request may take to arrive. Its sender is in the same cluster and sends it at once. Less
 * than a pod's grace period (30 s), because a process that shuts down waits for open requests.
 */
const REQUEST_TIMEOUT_MS = 10_000;

/** How often Node.js checks for requests that take longer. */
const REQUEST_CHECK_INTERVAL_MS = 1_000;

const EMPTY_BODY = 'the body is empty; send an AdmissionReview';

/** The HTTPS app that answers the API server on `POST /mutate`. */
export function webhookApp(options: WebhookOptions): FastifyInstance {
  const app = fastify({
    ...(options.tls && {
      https: {
        ...options.tls,
        minVersion: 'TLSv1.2',
        connectionsCheckingInterval: REQUEST_CHECK_INTERVAL_MS,
      },
    }),
    bodyLimit: BODY_LIMIT_BYTES,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    logger: false,
    exposeHeadRoutes: false,
    // Idle connections must not delay the shutdown. On the others every review is answered: a 503
    // would leave pods without injection.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => sendError(error, request, reply, options.log),
  }) as unknown as FastifyInstance;
  app.removeAllContentTypeParsers();
  // JSON.parse keeps `__proto__` as the plain key that it is in a pod.
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJson(body.toString()));
    } catch (error) {
      done(error as Error);
    }
  });
  app.decorateRequest('arrivedAtMs', 0);
  app.addHook('onRequest', (request, reply, done) => {
    request.arrivedAtMs = performance.now();
    done(request.is404 ? notServed(request, reply) : undefined);
  });
  const closing = closingOf(app);
  app.post(MUTATE_PATH, (request, reply) => {
    if (closing.begun || options.isShuttingDown?.()) reply.header('connection', 'close');
    return handleReview(request, reply, options);
  });
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply, options.log));
  return app;
}

/** Whether the app is being closed: the last response on each connection then closes it. */
function closingOf(app: FastifyInstance): { readonly begun: boolean } {
  const closing = { begun: false };
  const endHandshakes = trackHandshakes(app.server);
  app.addHook('preClose', async () => {
    closing.begun = true;
    endHandshakes();
  });
  return closing;
}

async function handleReview(
  http: FastifyRequest,
  reply: FastifyReply,
  { rules, findNamespace = nameOnly, metrics, log }: WebhookOptions,
): Promise<string> {
  const request = readReview(http.body, Number(http.headers['content-length'] ?? 0));
  const mutation = await review(request, findNamespace, rules());
  reply.header('content-type', 'application/json');
  const text = JSON.stringify(respond(request, mutation));
  const durationMs = performance.now() - http.arrivedAtMs;
  metrics.review(mutation, durationMs / 1000);
  logReview(log, request, mutation, durationMs);
  return text;
}

function parseJson(text: string): unknown {
  if (text === '') throw new HttpError(400, EMPTY_BODY);
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, 'the body is not JSON');
  }
}

function readReview(body: unknown, bytes: number): AdmissionRequest {
  if (body === undefined) throw new HttpError(400, EMPTY_BODY);
  const review = parseReview(body, bytes);
  if (isInvalid(review)) throw new HttpError(400, review.invalid);
  return review;
}

function notServed(request: FastifyRequest, reply: FastifyReply): HttpError {
  const path = request.url.split('?', 1)[0];
  if (path !== MUTATE_PATH) return new HttpError(404, `not found; send POST ${MUTATE_PATH}`);
  reply.header('allow', 'POST');
  return new HttpError(405, `method ${request.method} is not allowed; send POST ${MUTATE_PATH}`);
}

function sendError(
  error: unknown,
  { method }: FastifyRequest,
  reply: FastifyReply,
  log: Logger,
): FastifyReply {
  const { statusCode, sentence } = answerError(error);
  if (statusCode >= 500) log.error({ statusCode, method, err: error }, 'request failed');
  else log.warn({ statusCode, method, error: sentence }, 'request rejected');
  return reply.code(statusCode).type('text/plain; charset=utf-8').send(`${sentence}\n`);
}
