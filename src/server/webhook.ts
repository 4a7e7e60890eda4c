import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Logger } from 'pino';
import { admit } from '../admission/admit.ts';
import { answer } from '../admission/answer.ts';
import { type AdmissionRequest, isInvalid, parseReview } from '../admission/review.ts';
import type { Rules } from '../decision/rules.ts';
import { answerError, HttpError } from './http-error.ts';
import type { Metrics } from './metrics.ts';
import { logReview } from './review-log.ts';

export interface WebhookOptions {
  /** The rules in force, asked for at each review. */
  readonly rules: () => Rules;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** PEM. Without it the app speaks plain HTTP, which only tests want. */
  readonly tls?: { readonly cert: string; readonly key: string };
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

/** The longest timeoutSeconds that a webhook may have; a body that stops half-way ends here. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The app that answers the API server on `POST /mutate`. */
export function webhookApp(options: WebhookOptions): FastifyInstance {
  const app = fastify({
    ...(options.tls && { https: { ...options.tls, minVersion: 'TLSv1.2' } }),
    bodyLimit: BODY_LIMIT_BYTES,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    logger: false,
    exposeHeadRoutes: false,
    // A connection that idles must not hold back the end of the process.
    forceCloseConnections: 'idle',
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
  app.addHook('onRequest', (request, _reply, done) => {
    request.arrivedAtMs = performance.now();
    done();
  });
  app.post(MUTATE_PATH, (request, reply) => mutate(request, reply, options));
  app.setNotFoundHandler((request, reply) => refuse(request, reply));
  app.setErrorHandler((error, request, reply) => {
    const { statusCode, sentence } = answerError(error);
    const details = { statusCode, method: request.method, error: sentence };
    if (statusCode >= 500) options.log.error({ ...details, err: error }, 'request failed');
    else options.log.warn(details, 'request refused');
    return reply.code(statusCode).type('text/plain; charset=utf-8').send(`${sentence}\n`);
  });
  return app;
}

function mutate(request: FastifyRequest, reply: FastifyReply, options: WebhookOptions): string {
  const review = readReview(request.body);
  const mutation = admit(review, options.rules());
  const text = JSON.stringify(answer(review, mutation));
  const durationMs = performance.now() - request.arrivedAtMs;
  options.metrics.review(mutation, durationMs / 1000);
  logReview(options.log, review, mutation, durationMs);
  reply.header('content-type', 'application/json');
  return text;
}

function parseJson(text: string): unknown {
  if (text === '') throw new HttpError(400, 'the body is empty; send an AdmissionReview');
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, 'the body is not JSON');
  }
}

function readReview(body: unknown): AdmissionRequest {
  const review = parseReview(body);
  if (isInvalid(review)) throw new HttpError(400, review.invalid);
  return review;
}

function refuse(request: FastifyRequest, reply: FastifyReply): never {
  const path = request.url.split('?', 1)[0];
  if (path !== MUTATE_PATH) throw new HttpError(404, `there is only POST ${MUTATE_PATH} here`);
  reply.header('allow', 'POST');
  throw new HttpError(405, `${request.method} is not served here; send POST ${MUTATE_PATH}`);
}
