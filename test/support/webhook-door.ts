import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import type { FindNamespace } from '../../src/core/admission/mutate.ts';
import type { AdmissionResponse } from '../../src/core/admission/response.ts';
import type { Json, JsonObject } from '../../src/core/api/json.ts';
import type { AddOperation } from '../../src/core/api/json-patch.ts';
import { defaultRules, type Rules } from '../../src/core/decision/rules.ts';
import { createMetrics } from '../../src/webhook/server/metrics.ts';
import { webhookApp } from '../../src/webhook/server/webhook.ts';
import type { Tracing } from '../../src/webhook/tracing/request-span.ts';
import { type LogLine, logLines } from './log-lines.ts';
import { makeReview } from './review.ts';

/** The webhook's HTTP interface without TLS, with its log and metrics. */
export interface WebhookDoor {
  readonly app: FastifyInstance;
  readonly lines: readonly LogLine[];
  metrics(): Promise<string>;
  post(body: string | Buffer, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  /** Posts a review of the object. @throws if the status is not 200. */
  review(object: Json, request?: JsonObject): Promise<AdmissionResponse>;
}

export function webhookDoor(
  rules: Rules = defaultRules('test'),
  findNamespace?: FindNamespace,
  tracing?: Tracing,
): WebhookDoor {
  const { log, lines } = logLines();
  const metrics = createMetrics('test');
  const app = webhookApp({ rules: () => rules, findNamespace, metrics, log, tracing });
  const post: WebhookDoor['post'] = (body, headers = { 'content-type': 'application/json' }) =>
    app.inject({ method: 'POST', url: '/mutate', headers, payload: body });
  return {
    app,
    lines,
    metrics: () => metrics.text(),
    post,
    async review(object, request) {
      const { statusCode, body } = await post(JSON.stringify(makeReview(object, request)));
      if (statusCode !== 200) throw new Error(`${statusCode}: ${body}`);
      return JSON.parse(body).response;
    },
  };
}

export function operationsOf({ patch }: AdmissionResponse): AddOperation[] {
  return patch === undefined ? [] : JSON.parse(Buffer.from(patch, 'base64').toString());
}
