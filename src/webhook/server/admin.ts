import { type FastifyInstance, fastify } from 'fastify';
import type { Metrics } from './metrics.ts';

/** What has to hold before reviews should be sent here: undefined, or why it does not hold. */
export type ReadyCondition = () => string | undefined;

export interface AdminOptions {
  readonly ready: Readonly<Record<string, ReadyCondition>>;
  readonly metrics: Metrics;
}

/** The app for kubelet and Prometheus: `/healthz`, `/readyz` and `/metrics`. */
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
