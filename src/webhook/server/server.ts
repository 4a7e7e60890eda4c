import type { Server } from 'node:https';
import type { Logger } from 'pino';
import type { NamespaceDefaults } from '../../cluster/namespace-cache.ts';
import type { NamespaceSource } from '../../cluster/namespaces.ts';
import type { ConfigSource } from '../../config/compile.ts';
import type { FindNamespace } from '../../core/admission/mutate.ts';
import type { Namespace } from '../../core/decision/namespace.ts';
import type { KeyPair } from '../tls/certificate.ts';
import { type CertificateSource, expiryOf, invalidAt } from '../tls/certificate-source.ts';
import type { ClientCaSource } from '../tls/client-ca.ts';
import type { Tracing } from '../tracing/request-span.ts';
import { type AdminOptions, adminApp } from './admin.ts';
import { listen } from './listen.ts';
import { createMetrics } from './metrics.ts';
import { webhookApp } from './webhook.ts';

export interface ServerOptions {
  /** Its rules are read for each review. */
  readonly config: ConfigSource;
  readonly certificates: CertificateSource;
  /** Absent if every client may call. */
  readonly clientCa?: ClientCaSource;
  /** Absent if namespaces are not read. */
  readonly namespaces?: NamespaceSource;
  readonly log: Logger;
  /** The number of lines of the log that could not be written; absent if it is not known. */
  readonly droppedLogLines?: () => number;
  /** Absent if no spans are recorded. The caller closes it. */
  readonly tracing?: Tracing | undefined;
  /** All addresses of this machine if it is undefined. */
  readonly host: string | undefined;
  readonly port: number;
  readonly adminPort: number;
  /** The files of the playground, if it is served. */
  readonly playground?: AdminOptions['playground'];
  /** How long to keep serving after `close`, until every client knows that this replica is unready. */
  readonly shutdownDelayMs: number;
  readonly now: () => Date;
}

/** podherald as it runs: the webhook and the admin port. */
export interface RunningServer {
  readonly url: string;
  readonly adminUrl: string;
  /** Becomes unready at once, keeps serving for the delay, and then finishes open reviews. */
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
    findNamespace: namespaces && finderOf(namespaces, config),
    metrics,
    log,
    tls: pair ?? {},
    clientCa: options.clientCa?.get(),
    isShuttingDown: () => isShuttingDown,
    tracing: options.tracing,
  });
  const admin = adminApp({
    metrics,
    playground: options.playground,
    ready: {
      server: () => (isShuttingDown ? 'shutting down' : undefined),
      certificate: () => certificateFault(certificates, now()),
      ...(namespaces && { namespaces: namespaces.notReady }),
    },
  });
  if (options.droppedLogLines) metrics.watchLog(options.droppedLogLines);
  if (namespaces) metrics.watchNamespaces(namespaces.isSynced);
  const { tracing } = options;
  if (tracing) metrics.watchSpans(() => tracing.counts);
  const url = await listen(webhook, options.host, options.port, '--port');
  const adminUrl = await listen(admin, options.host, options.adminPort, '--admin-port').catch(
    async (error: unknown) => {
      await webhook.close();
      throw error;
    },
  );
  namespaces?.start();
  if (pair !== undefined) metrics.certificateExpires(expiryOf(pair));
  const serve = (next: KeyPair, ca = options.clientCa?.get()): void => {
    const context = { ...next, ...(ca !== undefined && { ca }), minVersion: 'TLSv1.2' } as const;
    (webhook.server as unknown as Server).setSecureContext(context);
  };
  certificates.start(
    (next) => {
      serve(next);
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
  options.clientCa?.start((ca) => {
    const served = certificates.get();
    if (served !== undefined) serve(served, ca);
    log.info('using the changed CAs of clients');
  });
  config.start({
    changed() {
      metrics.configReloaded('success');
      log.info('using the changed config');
    },
    broken(faults) {
      metrics.configReloaded('failure');
      log.error({ faults }, 'the changed config is invalid; still using the last valid config');
    },
  });
  return {
    url,
    adminUrl,
    async close() {
      isShuttingDown = true;
      await drain(webhook.server as unknown as Server, options.shutdownDelayMs);
      certificates.stop();
      options.clientCa?.stop();
      config.stop();
      namespaces?.stop();
      await webhook.close();
      await admin.close();
    },
  };
}

/** A promise only if the API server has to be asked. */
function finderOf(namespaces: NamespaceSource, config: ConfigSource): FindNamespace {
  const toNamespace = (name: string, found: NamespaceDefaults): Namespace => {
    // Without defaults, only a missing label is worth a notice.
    const isUseless = 'unavailable' in found && !config.get().namespaces.annotations;
    return isUseless ? { name } : { name, ...found };
  };
  return (name) => {
    const found = namespaces.lookup(name);
    if (found instanceof Promise) return found.then((defaults) => toNamespace(name, defaults));
    return toNamespace(name, found);
  };
}

function certificateFault(certificates: CertificateSource, now: Date): string | undefined {
  const pair = certificates.get();
  const why = certificates.notReady?.();
  if (why !== undefined) return why;
  return pair === undefined ? 'there is no certificate yet' : invalidAt(pair, now);
}

/**
 * Keeps serving during the delay. After half of it, each connection in use has been closed with a
 * response, and the idle ones are closed. Closed only at the end, they would fail just when the API
 * server needs them to reach the other replicas. Requests that have arrived are read first.
 */
function drain(server: Server, delayMs: number): Promise<void> {
  setTimeout(() => setImmediate(() => server.closeIdleConnections()), delayMs / 2);
  return delay(delayMs);
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
