import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Logger } from 'pino';
import { admit, bareNamespace, type FindNamespace } from '../../core/admission/mutate.ts';
import type { Mutation } from '../../core/admission/mutation.ts';
import { answer } from '../../core/admission/response.ts';
import { type AdmissionRequest, isInvalid, parseReview } from '../../core/admission/review.ts';
import type { Rules } from '../../core/decision/rules.ts';
import type { KeyPair } from '../tls/certificate.ts';
import { answerError, HttpError } from './http-error.ts';
import { trackHandshakes } from './listen.ts';
import type { Metrics } from './metrics.ts';
import { logReview } from './review-log.ts';

export interface WebhookOptions {
  /** The rules in force, asked for at each review. */
  readonly rules: () => Rules;
  /** Left out where namespaces are not read. */
  readonly findNamespace?: FindNamespace | undefined;
  readonly metrics: Metrics;
  readonly log: Logger;
  /**
   * PEM. Without a pair, no handshake succeeds until the server is given one. Without `tls` the app
   * speaks plain HTTP, which only tests want.
   */
  readonly tls?: KeyPair | Record<string, never>;
  /**
   * Whether this process is going to end. Each answer then ends its connection, so that the API
   * server opens its next one to another replica, and writes into none that is being closed.
   */
  readonly isStopping?: () => boolean;
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
 * A body that stops half-way ends here: its sender is in the same cluster and has all of it. Less
 * than a pod's grace period (30 s), as a process that ends waits for what is in flight.
 */
const REQUEST_TIMEOUT_MS = 10_000;

/** How often node looks for requests past their time. */
const REQUEST_CHECK_INTERVAL_MS = 1_000;

const EMPTY_BODY = 'the body is empty; send an AdmissionReview';

/** The app that answers the API server on `POST /mutate`. */
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
    // Connections that idle must not hold up the end of the process; on the others reviews are
    // answered to the last, as a 503 would leave pods without injection.
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
    if (closing.begun || options.isStopping?.()) reply.header('connection', 'close');
    return mutate(request, reply, options);
  });
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply, options.log));
  return app;
}

/** Whether the app is being closed, so that the connection of a last answer ends with it. */
function closingOf(app: FastifyInstance): { readonly begun: boolean } {
  const closing = { begun: false };
  const endHandshakes = trackHandshakes(app.server);
  app.addHook('preClose', async () => {
    closing.begun = true;
    endHandshakes();
  });
  return closing;
}

function mutate(
  request: FastifyRequest,
  reply: FastifyReply,
  options: WebhookOptions,
): string | Promise<string> {
  const review = readReview(request.body);
  reply.header('content-type', 'application/json');
  const mutation = admit(review, options.findNamespace ?? bareNamespace, options.rules());
  const finish = (ended: Mutation): string => complete(review, ended, request, options);
  return mutation instanceof Promise ? mutation.then(finish) : finish(mutation);
}

function complete(
  review: AdmissionRequest,
  mutation: Mutation,
  { arrivedAtMs }: FastifyRequest,
  { metrics, log }: WebhookOptions,
): string {
  const text = JSON.stringify(answer(review, mutation));
  const durationMs = performance.now() - arrivedAtMs;
  metrics.review(mutation, durationMs / 1000);
  logReview(log, review, mutation, durationMs);
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

function readReview(body: unknown): AdmissionRequest {
  if (body === undefined) throw new HttpError(400, EMPTY_BODY);
  const review = parseReview(body);
  if (isInvalid(review)) throw new HttpError(400, review.invalid);
  return review;
}

function notServed(request: FastifyRequest, reply: FastifyReply): HttpError {
  const path = request.url.split('?', 1)[0];
  if (path !== MUTATE_PATH) return new HttpError(404, `there is only POST ${MUTATE_PATH} here`);
  reply.header('allow', 'POST');
  return new HttpError(405, `${request.method} is not served here; send POST ${MUTATE_PATH}`);
}

function sendError(
  error: unknown,
  { method }: FastifyRequest,
  reply: FastifyReply,
  log: Logger,
): FastifyReply {
  const { statusCode, sentence } = answerError(error);
  if (statusCode >= 500) log.error({ statusCode, method, err: error }, 'request failed');
  else log.warn({ statusCode, method, error: sentence }, 'request refused');
  return reply.code(statusCode).type('text/plain; charset=utf-8').send(`${sentence}\n`);
}
