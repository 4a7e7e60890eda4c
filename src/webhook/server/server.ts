import type { Server } from 'node:https';
import type { Logger } from 'pino';
import type { NamespaceSource } from '../../cluster/namespaces.ts';
import type { ConfigSource } from '../../config/compile.ts';
import { type CertificateSource, expiryOf, invalidAt } from '../tls/certificate-source.ts';
import { adminApp } from './admin.ts';
import { listen } from './listen.ts';
import { createMetrics } from './metrics.ts';
import { webhookApp } from './webhook.ts';

export interface ServerOptions {
  /** Its rules are read for each review. */
  readonly config: ConfigSource;
  readonly certificates: CertificateSource;
  /** Absent if namespaces are not read. */
  readonly namespaces?: NamespaceSource;
  readonly log: Logger;
  /** All addresses of this machine if it is undefined. */
  readonly host: string | undefined;
  readonly port: number;
  readonly adminPort: number;
  /** How long to go on serving after `close`, until every client knows that this replica is unready. */
  readonly shutdownDelayMs: number;
  readonly now: () => Date;
}

/** podherald as it runs: the webhook and the admin port. */
export interface RunningServer {
  readonly url: string;
  readonly adminUrl: string;
  /** Becomes unready at once, goes on serving for the delay, and then finishes open reviews. */
  close(): Promise<void>;
}

/** @throws AppError `listen` if a port cannot be opened. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { certificates, config, namespaces, log, now } = options;
  const metrics = createMetrics(config.get().rules.version);
  const pair = certificates.get();
  let isShuttingDown = false;
  const webhook = webhookApp({
    rules: () => config.get().rules,
    findNamespace: namespaces && (async (name) => ({ name, ...(await namespaces.lookup(name)) })),
    metrics,
    log,
    tls: pair ?? {},
    isShuttingDown: () => isShuttingDown,
  });
  const admin = adminApp({
    metrics,
    ready: {
      server: () => (isShuttingDown ? 'shutting down' : undefined),
      certificate: () => certificateFault(certificates, now()),
      ...(namespaces && { namespaces: namespaces.notReady }),
    },
  });
  if (namespaces) metrics.watchNamespaces(namespaces.isSynced);
  const url = await listen(webhook, options.host, options.port, '--port');
  const adminUrl = await listen(admin, options.host, options.adminPort, '--admin-port').catch(
    async (error: unknown) => {
      await webhook.close();
      throw error;
    },
  );
  namespaces?.start();
  if (pair !== undefined) metrics.certificateExpires(expiryOf(pair));
  certificates.start(
    (next) => {
      (webhook.server as unknown as Server).setSecureContext({ ...next, minVersion: 'TLSv1.2' });
      metrics.certificateExpires(expiryOf(next));
      metrics.certificateReloaded('success');
      log.info({ expires: expiryOf(next) }, 'serving a new certificate');
    },
    (error) => {
      metrics.certificateReloaded('failure');
      if (error === undefined) return;
      const message = 'the changed certificate is invalid; still serving the previous one';
      log.error({ err: error }, message);
    },
  );
  config.start({
    changed() {
      metrics.configReloaded('success');
      log.info('using the changed config');
    },
    broken(faults) {
      metrics.configReloaded('failure');
      log.error({ faults }, 'the changed config is invalid; the last valid one stays in use');
    },
  });
  return {
    url,
    adminUrl,
    async close() {
      isShuttingDown = true;
      await drain(webhook.server as unknown as Server, options.shutdownDelayMs);
      certificates.stop();
      config.stop();
      namespaces?.stop();
      await webhook.close();
      await admin.close();
    },
  };
}

function certificateFault(certificates: CertificateSource, now: Date): string | undefined {
  const pair = certificates.get();
  const why = certificates.notReady?.();
  if (why !== undefined) return why;
  return pair === undefined ? 'no certificate yet' : invalidAt(pair, now);
}

/**
 * Goes on serving for a while. Half-way, every connection in use has ended with a response, and idle
 * ones are spare: they end now. With the process they would end when the other replicas have to take
 * over, and the API server is likeliest to need a spare one. What has arrived is read first.
 */
function drain(server: Server, delayMs: number): Promise<void> {
  setTimeout(() => setImmediate(() => server.closeIdleConnections()), delayMs / 2);
  return delay(delayMs);
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
