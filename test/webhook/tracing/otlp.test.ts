import { describe, expect, it } from 'vitest';
import { startTracing } from '../../../src/webhook/tracing/otlp.ts';
import type { Tracing } from '../../../src/webhook/tracing/request-span.ts';
import { LEVEL, logLines } from '../../support/log-lines.ts';
import { startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { makeReview } from '../../support/review.ts';
import { type WebhookDoor, webhookDoor } from '../../support/webhook-door.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';
const SAMPLED = `00-${TRACE_ID}-${PARENT_ID}-01`;
const NOT_SAMPLED = `00-${TRACE_ID}-${PARENT_ID}-00`;
const POD = {
  metadata: {
    name: 'web',
    annotations: { 'inject-metadata': 'true', 'example.com/password': 'hunter2' },
  },
  spec: { containers: [{ name: 'app', env: [{ name: 'TOKEN', value: 'hunter2' }] }] },
};
const REVIEW = JSON.stringify(makeReview(POD));

interface TracedDoor extends WebhookDoor {
  readonly tracing: Tracing;
  /** Posts a body with a `traceparent`. */
  send(body: string, traceparent?: string): Promise<unknown>;
}

function tracedDoor(
  url: string,
  { followsParent = true, ratio = 1 }: { followsParent?: boolean; ratio?: number } = {},
): TracedDoor & { readonly warnings: () => unknown[] } {
  const { log, lines } = logLines();
  const tracing = startTracing({ url, followsParent, ratio }, '1.2.3', log);
  const door = webhookDoor(undefined, undefined, tracing);
  return {
    ...door,
    tracing,
    warnings: () => lines.filter(({ level }) => level === LEVEL.warn),
    send: (body, traceparent) =>
      door.post(body, {
        'content-type': 'application/json',
        ...(traceparent !== undefined && { traceparent }),
      }),
  };
}

describe('startTracing', () => {
  it("continues the API server's trace with one span for a review", async () => {
    const receiver = await startOtlpReceiver();
    const { send, tracing } = tracedDoor(receiver.url);
    const beforeMs = Date.now();
    await send(REVIEW, SAMPLED);
    await tracing.close();

    const [span] = receiver.spans;
    expect(receiver.spans).toHaveLength(1);
    expect(span).toMatchObject({
      traceId: TRACE_ID,
      parentSpanId: PARENT_ID,
      name: 'POST /mutate',
      kind: 2,
      status: 0,
      resource: { 'service.name': 'podherald', 'service.version': '1.2.3' },
    });
    expect(span?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/mutate',
      'url.path': '/mutate',
      'url.scheme': 'https',
      'http.response.status_code': 200,
      'podherald.request.uid': expect.any(String),
      'podherald.request.namespace': expect.any(String),
      'podherald.request.name': 'web',
      'podherald.request.resource': 'pods',
      'podherald.request.operation': 'CREATE',
      'podherald.outcome': 'injected',
      'podherald.injected.env': 7,
      'podherald.injected.volume': 1,
      'podherald.injected.ambassador': 0,
    });
    const [start = 0n, end = 0n] = [span?.startNanos, span?.endNanos];
    expect(end).toBeGreaterThan(start);
    expect(Number(start / 1_000_000n)).toBeGreaterThan(beforeMs - 1_000);
    expect(tracing.counts).toEqual({ sent: 1, failed: 0, dropped: 0 });
  });

  it('sends no text of annotations or variables', async () => {
    const receiver = await startOtlpReceiver();
    const { send, tracing } = tracedDoor(receiver.url);
    await send(REVIEW, SAMPLED);
    await tracing.close();
    const sent = JSON.stringify(receiver.spans, (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(sent).toContain('injected');
    expect(sent).not.toContain('hunter2');
  });

  it('records nothing if the API server does not sample the trace', async () => {
    const receiver = await startOtlpReceiver();
    const { send, tracing } = tracedDoor(receiver.url);
    await send(REVIEW, NOT_SAMPLED);
    await tracing.close();
    expect(receiver.headers).toEqual([]);
  });

  it('starts a trace if the API server sends none, or an invalid one', async () => {
    const receiver = await startOtlpReceiver();
    const { send, tracing } = tracedDoor(receiver.url);
    await send(REVIEW);
    await send(REVIEW, `00-${'0'.repeat(32)}-${PARENT_ID}-01`);
    await tracing.close();
    expect(receiver.spans.map(({ parentSpanId }) => parentSpanId)).toEqual(['', '']);
  });

  it('samples by itself if it does not follow the parent', async () => {
    const receiver = await startOtlpReceiver();
    const all = tracedDoor(receiver.url, { followsParent: false });
    await all.send(REVIEW, NOT_SAMPLED);
    await all.tracing.close();
    const none = tracedDoor(receiver.url, { followsParent: false, ratio: 0 });
    await none.send(REVIEW, SAMPLED);
    await none.tracing.close();
    expect(receiver.spans.map(({ traceId }) => traceId)).toEqual([TRACE_ID]);
  });

  it('records a request that is rejected, with its status', async () => {
    const receiver = await startOtlpReceiver();
    const { send, tracing } = tracedDoor(receiver.url);
    await send('not JSON', SAMPLED);
    await tracing.close();
    expect(receiver.spans.map(({ attributes }) => attributes['http.response.status_code'])).toEqual(
      [400],
    );
  });

  it('does not record other paths', async () => {
    const receiver = await startOtlpReceiver();
    const { app, tracing } = tracedDoor(receiver.url);
    await app.inject({ method: 'POST', url: '/other', headers: { traceparent: SAMPLED } });
    await tracing.close();
    expect(receiver.headers).toEqual([]);
  });

  it('counts the spans that the collector does not accept, and logs one line', async () => {
    const receiver = await startOtlpReceiver(400);
    const { send, tracing, warnings } = tracedDoor(receiver.url);
    for (let index = 0; index < 600; index++) await send(REVIEW, SAMPLED);
    await tracing.close();
    expect(receiver.headers.length).toBeGreaterThan(1);
    expect(tracing.counts).toEqual({ sent: 0, failed: 600, dropped: 0 });
    expect(warnings()).toMatchObject([
      { collector: new URL(receiver.url).host, msg: 'spans cannot be sent; they are dropped' },
    ]);
  });

  it('drops spans while too many are waiting, and ends in time, if the collector never answers', async () => {
    const receiver = await startOtlpReceiver(0);
    const { tracing } = tracedDoor(receiver.url);
    const request = { headers: {}, route: '/mutate', statusCode: 200, durationMs: 1 };
    for (let index = 0; index < 3_000; index++) tracing.served(request);
    expect(tracing.counts).toEqual({ sent: 0, failed: 0, dropped: 3_000 - 2_048 });
    const startMs = performance.now();
    await tracing.close();
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});
