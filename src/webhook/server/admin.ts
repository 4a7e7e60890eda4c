import { type FastifyInstance, fastify } from 'fastify';
import type { Metrics } from './metrics.ts';

/** A condition of readiness. @returns undefined if it holds, otherwise why it does not. */
export type ReadyCondition = () => string | undefined;

export interface AdminOptions {
  /** By name. `/readyz` answers 503 and lists those that do not hold. */
  readonly ready: Readonly<Record<string, ReadyCondition>>;
  readonly metrics: Metrics;
}

/** The HTTP app for kubelet and Prometheus: `/healthz`, `/readyz` and `/metrics`. */
export function adminApp({ ready, metrics }: AdminOptions): FastifyInstance {
  const app = fastify({ logger: false, forceCloseConnections: true });
  app.get('/healthz', (_request, reply) => reply.type('text/plain').send('ok\n'));
  app.get('/readyz', (_request, reply) => {
    const missing = Object.entries(ready).flatMap(([name, condition]) => {
      const why = condition();
      return why === undefined ? [] : [`${name}: ${why}`];
    });
    reply.type('text/plain');
    if (missing.length === 0) return reply.send('ready\n');
    return reply.code(503).send(`${missing.join('\n')}\n`);
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
  return app;
}
