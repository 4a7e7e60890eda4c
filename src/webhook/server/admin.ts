import { type FastifyInstance, fastify } from 'fastify';
import { limitConnections } from './connections.ts';
import type { Metrics } from './metrics.ts';

/** A condition of readiness. @returns undefined if it holds, otherwise why it does not. */
export type ReadyCondition = () => string | undefined;

export interface AdminOptions {
  /** By name. `/readyz` answers 503 and lists those that do not hold. */
  readonly ready: Readonly<Record<string, ReadyCondition>>;
  readonly metrics: Metrics;
  /** The files of the playground by name, if it is served. */
  readonly playground?: ReadonlyMap<string, PlaygroundFile> | undefined;
}

/** A file of the playground. */
export interface PlaygroundFile {
  readonly type: string;
  readonly bytes: Buffer;
}

/**
 * kubelet opens a connection for each of its three probes, and each Prometheus keeps one. One
 * connection that reads no responses holds ten of them at most: with /metrics (some 30 KiB) that is
 * 300 KiB, and 30 MiB for all.
 */
const LIMITS = { maxConnections: 100, maxPipelined: 10 } as const;

/** How long a request may take to arrive. */
const REQUEST_TIMEOUT_MS = 60_000;

/** The HTTP app for kubelet and Prometheus: `/healthz`, `/readyz` and `/metrics`; with `--standalone` also the playground. */
export function adminApp({ ready, metrics, playground }: AdminOptions): FastifyInstance {
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    requestTimeout: REQUEST_TIMEOUT_MS,
  });
  // No request has a body that is read.
  app.removeAllContentTypeParsers();
  const connections = limitConnections(app.server, LIMITS);
  app.addHook('onRequest', (request, reply, done) => {
    if (connections.begin(request.raw, reply.raw)) done();
    else reply.hijack();
  });
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
  if (playground !== undefined) servePlayground(app, playground);
  return app;
}

/** The page sends nothing, and the browser does not let it: see the Content-Security-Policy in its index.html. */
function servePlayground(app: FastifyInstance, files: ReadonlyMap<string, PlaygroundFile>): void {
  app.get('/playground', (_request, reply) => reply.redirect('/playground/'));
  app.get<{ Params: { '*': string } }>('/playground/*', (request, reply) => {
    const file = files.get(request.params['*'] || 'index.html');
    if (file === undefined) return reply.callNotFound();
    return reply.type(file.type).header('x-content-type-options', 'nosniff').send(file.bytes);
  });
}
