import type { IncomingMessage } from 'node:http';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Logger } from 'pino';
import { respond, respondWithWarnings } from '../../core/admission/response.ts';
import type { KeyPair } from '../tls/certificate.ts';
import {
  type ReviewAttributes,
  reviewAttributes,
  type Tracing,
  warningAttributes,
} from '../tracing/request-span.ts';
import { type Connections, limitConnections } from './connections.ts';
import { answerError, HttpError } from './http-error.ts';
import { CLIENT_TIMEOUT_MS, IncomingReview } from './incoming-review.ts';
import { MemoryBudget } from './memory-budget.ts';
import type { Metrics, WarnResult } from './metrics.ts';
import {
  EMPTY_BODY,
  type ReviewOptions,
  reviewBody,
  type Warned,
  warnBody,
} from './review-body.ts';
import { logReview, logWarned } from './review-log.ts';
import { traceRequests } from './trace-requests.ts';

export interface WebhookOptions extends ReviewOptions {
  readonly metrics: Metrics;
  readonly log: Logger;
  /**
   * An empty object means that the server gets a pair later; no handshake succeeds before. Without
   * `tls` the app speaks plain HTTP, for tests.
   */
  readonly tls?: KeyPair | Record<string, never>;
  /** PEM of the CAs whose clients may call. Without it, every client may. */
  readonly clientCa?: string | undefined;
  /**
   * Whether podherald is shutting down. Each response then closes its connection, so that the API
   * server opens its next one to another replica, and sends no review on one that is being closed.
   */
  readonly isShuttingDown?: () => boolean;
  /** Absent if no spans are recorded. */
  readonly tracing?: Tracing | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** On the clock of performance.now(). */
    arrivedAtMs: number;
    /** Undefined for what is not served. */
    incoming: IncomingReview | undefined;
    /** Only if spans are recorded. */
    reviewAttributes: ReviewAttributes | undefined;
  }
}

const MUTATE_PATH = '/mutate';

/** Reviews of workloads and Namespaces: they are only warned about. */
const WARN_PATH = '/warn';

/**
 * How long an idle connection stays open. Longer than the API server keeps one (90 s), or it may write
 * into a closed one. It also applies to a connection that has not been used yet: the API server may
 * open one more than it needs, and keep it. Node.js counts its time for the headers from the
 * connection, so that time has to be as long; connections without a request are cheap.
 */
const IDLE_TIMEOUT_MS = 120_000;

/**
 * The memory of all requests together, apart from the one that is being computed. It is as much as 640
 * typical reviews (50 KiB), 10 of the largest that the API server sends (3 MiB) or 4 of the largest
 * that are accepted (7 MiB). Of the memory limit (384 MiB), 190 MiB are in use with 10,000 namespaces,
 * and one review takes up to 60 MiB while it is computed.
 */
const REQUESTS_LIMIT_BYTES = 32 * 1024 * 1024;

/**
 * Five API servers that each use all of their 200 mutating requests at a time
 * (--max-mutating-requests-inflight). An idle connection takes some 40 KiB, so 1,000 take 40 MiB.
 */
const MAX_CONNECTIONS = 1_000;

/** Go's HTTP client, which the API server uses, sends the next request only after the response. */
const MAX_PIPELINED = 10;

/** The API server repeats a call after this time, if its own timeout allows. */
const RETRY_AFTER_SECONDS = '1';

/** The HTTPS app that answers the API server on `POST /mutate` and `POST /warn`. */
export function webhookApp(options: WebhookOptions): FastifyInstance {
  const app = fastify({
    ...(options.tls && {
      https: {
        ...options.tls,
        minVersion: 'TLSv1.2',
        handshakeTimeout: CLIENT_TIMEOUT_MS,
        ...(options.clientCa !== undefined && {
          ca: options.clientCa,
          requestCert: true,
          rejectUnauthorized: true,
        }),
      },
    }),
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    requestTimeout: IDLE_TIMEOUT_MS + CLIENT_TIMEOUT_MS,
    logger: false,
    exposeHeadRoutes: false,
    // Idle connections must not delay the shutdown. On the others every review is answered: a 503
    // would leave pods without injection.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => sendError(error, request, reply, options),
  }) as unknown as FastifyInstance;
  // fastify has no option for it.
  app.server.headersTimeout = IDLE_TIMEOUT_MS;
  const budget = new MemoryBudget(REQUESTS_LIMIT_BYTES);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    async (request: FastifyRequest, payload: IncomingMessage) => {
      const length = request.headers['content-length'];
      await request.incoming?.receive(payload, length === undefined ? undefined : Number(length));
    },
  );
  app.decorateRequest('arrivedAtMs', 0);
  app.decorateRequest('incoming', undefined);
  app.decorateRequest('reviewAttributes', undefined);
  const connections = limitConnections(app.server, {
    maxConnections: MAX_CONNECTIONS,
    maxPipelined: MAX_PIPELINED,
  });
  app.addHook('onRequest', (request, reply, done) => {
    if (!connections.begin(request.raw, reply.raw)) return void reply.hijack();
    request.arrivedAtMs = performance.now();
    if (request.is404) return done(notServed(request, reply));
    if (request.headers['transfer-encoding'] !== undefined) return done(lengthRequired(reply));
    request.incoming = new IncomingReview(reply.raw, budget);
    done();
  });
  if (options.tracing) traceRequests(app, options.tracing);
  const closing = closingOf(app, connections);
  for (const [path, handle] of [
    [MUTATE_PATH, handleReview],
    [WARN_PATH, handleWarning],
  ] as const) {
    app.post(path, async (request, reply) => {
      if (closing.begun || options.isShuttingDown?.()) reply.header('connection', 'close');
      const { incoming } = request;
      if (incoming?.body === undefined) throw new HttpError(400, EMPTY_BODY);
      reply.header('content-type', 'application/json');
      const text = await handle(incoming.body, request, options);
      incoming.answer(text.length);
      return text;
    });
  }
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply, options));
  return app;
}

/**
 * Whether the app is being closed: the last response on each connection then closes it. What is still
 * open after a while is ended.
 */
function closingOf(app: FastifyInstance, connections: Connections): { readonly begun: boolean } {
  const closing = { begun: false };
  app.addHook('preClose', async () => {
    closing.begun = true;
    connections.closeIdle();
    const limit = setTimeout(() => connections.closeAll(), CLIENT_TIMEOUT_MS);
    app.server.once('close', () => clearTimeout(limit));
  });
  return closing;
}

/** @returns the response, as JSON. */
async function handleReview(
  body: Buffer,
  http: FastifyRequest,
  options: WebhookOptions,
): Promise<string> {
  const { request, mutation } = await reviewBody(body, options);
  const text = JSON.stringify(respond(request, mutation));
  const durationMs = performance.now() - http.arrivedAtMs;
  options.metrics.review(mutation, durationMs / 1000);
  logReview(options.log, request, mutation, durationMs);
  if (options.tracing) http.reviewAttributes = reviewAttributes(request, mutation);
  return text;
}

/** @returns the response, as JSON. */
async function handleWarning(
  body: Buffer,
  http: FastifyRequest,
  options: WebhookOptions,
): Promise<string> {
  const warned = await warnBody(body, options);
  const text = JSON.stringify(respondWithWarnings(warned.request.uid, warned.sentences));
  options.metrics.warned(resultOf(warned));
  logWarned(options.log, warned, performance.now() - http.arrivedAtMs);
  if (options.tracing) {
    http.reviewAttributes = warningAttributes(warned.request, warned.sentences.length);
  }
  return text;
}

function resultOf({ error, sentences }: Warned): WarnResult {
  if (error !== undefined) return 'failed';
  return sentences.length > 0 ? 'warned' : 'silent';
}

function notServed(request: FastifyRequest, reply: FastifyReply): HttpError {
  const path = request.url.split('?', 1)[0];
  if (path !== MUTATE_PATH && path !== WARN_PATH) {
    return new HttpError(404, `not found; send POST ${MUTATE_PATH}`);
  }
  reply.header('allow', 'POST');
  return new HttpError(405, `method ${request.method} is not allowed; send POST ${path}`);
}

/**
 * The API server sends every review with its length. Without one, a body has no end that is known, and
 * reading it up to the limit takes the CPU that reviews need.
 */
function lengthRequired(reply: FastifyReply): HttpError {
  reply.header('connection', 'close');
  return new HttpError(411, 'send the review with a content-length instead of in chunks');
}

function sendError(
  error: unknown,
  { method }: FastifyRequest,
  reply: FastifyReply,
  { log, metrics }: Pick<WebhookOptions, 'log' | 'metrics'>,
): FastifyReply {
  const { statusCode, sentence } = answerError(error);
  metrics.rejected(statusCode);
  if (statusCode === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  if (statusCode >= 500 && !(error instanceof HttpError))
    log.error({ statusCode, method, err: error }, 'request failed');
  else log.warn({ statusCode, method, error: sentence }, 'request rejected');
  return reply.code(statusCode).type('text/plain; charset=utf-8').send(`${sentence}\n`);
}
