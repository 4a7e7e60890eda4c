import type { Server } from 'node:https';
import type { Logger } from 'pino';
import type { NamespaceSource } from '../../cluster/namespaces.ts';
import type { ConfigSource } from '../../config/compile.ts';
import type { FindNamespace } from '../../core/admission/mutate.ts';
import { type CertificateSource, expiryOf, invalidAt } from '../tls/certificate-source.ts';
import { adminApp } from './admin.ts';
import { listen } from './listen.ts';
import { createMetrics } from './metrics.ts';
import { webhookApp } from './webhook.ts';

export interface ServerOptions {
  /** Its rules are asked for at each review. */
  readonly config: ConfigSource;
  readonly certificates: CertificateSource;
  /** Left out where namespaces are not read. */
  readonly namespaces?: NamespaceSource;
  readonly log: Logger;
  /** All addresses of this machine where it is undefined. */
  readonly host: string | undefined;
  readonly port: number;
  readonly adminPort: number;
  /** How long to go on serving after the stop is known, so that everybody can hear of it. */
  readonly shutdownDelayMs: number;
  readonly now: () => Date;
}

/** podherald as it runs: the webhook and the admin port. */
export interface RunningServer {
  readonly url: string;
  readonly adminUrl: string;
  /** Unready at once, serving a while longer; then what is in flight is finished. */
  close(): Promise<void>;
}

/** @throws AppError `listen` where a port cannot be had. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { certificates, config, namespaces, log, now } = options;
  const metrics = createMetrics(config.get().rules.version);
  const pair = certificates.get();
  let isStopping = false;
  const webhook = webhookApp({
    rules: () => config.get().rules,
    findNamespace: namespaces && findIn(namespaces),
    metrics,
    log,
    tls: pair ?? {},
    isStopping: () => isStopping,
  });
  const admin = adminApp({
    metrics,
    ready: {
      stopping: () => (isStopping ? 'this process is going to end' : undefined),
      certificate: () => unusable(certificates, now()),
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
  certificates.start((next) => {
    (webhook.server as unknown as Server).setSecureContext({ ...next, minVersion: 'TLSv1.2' });
    metrics.certificateExpires(expiryOf(next));
    log.info({ expires: expiryOf(next) }, 'serving a new certificate');
  });
  config.start({
    changed() {
      metrics.configReloaded('success');
      log.info('the changed config is in force');
    },
    broken(faults) {
      metrics.configReloaded('failure');
      log.error({ faults }, 'the changed config cannot be used; the last good one stays in force');
    },
  });
  return {
    url,
    adminUrl,
    async close() {
      isStopping = true;
      await drain(webhook.server as unknown as Server, options.shutdownDelayMs);
      certificates.stop();
      config.stop();
      namespaces?.stop();
      await webhook.close();
      await admin.close();
    },
  };
}

function unusable(certificates: CertificateSource, now: Date): string | undefined {
  const pair = certificates.get();
  const why = certificates.notReady?.();
  if (why !== undefined) return why;
  return pair === undefined ? 'there is none yet' : invalidAt(pair, now);
}

function findIn(namespaces: NamespaceSource): FindNamespace {
  return (name) => {
    const found = namespaces.lookup(name);
    return found instanceof Promise
      ? found.then((known) => ({ name, ...known }))
      : { name, ...found };
  };
}

/**
 * Goes on serving for a while. Half-way, connections in use have ended with an answer, and what
 * still idles is spare: it ends now, not with the process, when the other replicas have to take
 * over and the API server is likeliest to need a spare one. What has arrived is read first.
 */
function drain(server: Server, delayMs: number): Promise<void> {
  setTimeout(() => setImmediate(() => server.closeIdleConnections()), delayMs / 2);
  return delay(delayMs);
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
