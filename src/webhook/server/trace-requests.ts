import type { FastifyInstance } from 'fastify';
import type { Tracing } from '../tracing/request-span.ts';

/** Records a span for each request that is served, after its response was sent. */
export function traceRequests(app: FastifyInstance, tracing: Tracing): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { headers, arrivedAtMs, incoming, reviewAttributes: review } = request;
    if (incoming !== undefined) {
      const durationMs = performance.now() - arrivedAtMs;
      const route = request.routeOptions.url ?? '';
      tracing.served({ headers, route, statusCode: reply.statusCode, durationMs, review });
    }
    done();
  });
}
