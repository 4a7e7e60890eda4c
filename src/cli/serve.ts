import type { Command } from 'commander';
import type { Logger } from 'pino';
import type { Connection } from '../cluster/connection.ts';
import { findCluster } from '../cluster/find-cluster.ts';
import { type NamespaceSource, namespaceInformer } from '../cluster/namespaces.ts';
import { watchServerVersion } from '../cluster/server-version.ts';
import { type ConfigSource, readsNamespaces, withServerVersion } from '../config/compile.ts';
import { ANNOTATION_NAMES, annotationNameOf } from '../core/decision/annotations.ts';
import { meantKey } from '../core/decision/misspelt-keys.ts';
import { VERSION } from '../version.ts';
import {
  createLog,
  LOG_FORMATS,
  LOG_LEVELS,
  type LogFormat,
  type LogLevel,
} from '../webhook/server/log.ts';
import { startServer } from '../webhook/server/server.ts';
import { addClusterFlags, choice, port, seconds } from './arguments.ts';
import { configOption, configSource } from './config.ts';
import type { Output } from './output.ts';
import {
  certificateSource,
  checkTlsFlags,
  clientCaSource,
  DEFAULT_NAMES,
  type TlsFlags,
} from './serve-tls.ts';
import { tracingOf } from './serve-tracing.ts';

interface ServeFlags extends TlsFlags {
  readonly host?: string;
  readonly port: number;
  readonly adminPort: number;
  readonly shutdownDelay?: number;
  readonly config?: string;
  readonly logLevel: LogLevel;
  readonly logFormat?: LogFormat;
}

const DEFAULT_SHUTDOWN_DELAY_SECONDS = 5;

/** Adds `podherald serve` with its help. */
export function addServe(program: Command, output: Output): void {
  const command = program
    .command('serve')
    .summary('run the webhook')
    .description(
      'Runs the webhook: POST /mutate over HTTPS, and /healthz, /readyz and /metrics over HTTP on the admin port. It needs a certificate: pass either --tls-cert with --tls-key, or --self-managed-tls, or --standalone.',
    )
    .option('--port <number>', 'port of the webhook; 0 takes a free one', port, 8443)
    .option('--admin-port <number>', 'port of /healthz, /readyz and /metrics', port, 8080)
    .option(
      '--host <address>',
      'address to listen on (default: all addresses; 127.0.0.1 with --standalone)',
    )
    .option('--tls-cert <file>', 'certificate of the webhook (PEM); reloaded when the file changes')
    .option('--tls-key <file>', 'private key of --tls-cert (PEM); reloaded when the file changes')
    .option(
      '--client-ca <file>',
      'accept only clients with a certificate of these CAs (PEM); reloaded when the file changes. An invalid change is ignored and logged (default: accept every client)',
    )
    .option(
      '--self-managed-tls',
      'create and renew a CA and the certificate of the webhook, and set the caBundle of the MutatingWebhookConfiguration',
    )
    .option(
      '--namespace <name>',
      'namespace of podherald and its CA Secret, with --self-managed-tls (default: the environment variable POD_NAMESPACE, else the namespace of the pod or of the kubeconfig)',
    )
    .option(
      '--service <name>',
      `Service of podherald, with --self-managed-tls (default: ${DEFAULT_NAMES.service})`,
    )
    .option(
      '--ca-secret <name>',
      `Secret that stores the CA, with --self-managed-tls (default: ${DEFAULT_NAMES.caSecret})`,
    )
    .option(
      '--webhook-configuration <name>',
      `MutatingWebhookConfiguration of podherald, with --self-managed-tls (default: ${DEFAULT_NAMES.webhookConfiguration})`,
    )
    .option(
      '--standalone',
      'try podherald on this machine, without a cluster and with a temporary certificate',
    )
    .addOption(
      configOption(
        'config file; reloaded when it changes. An invalid change is ignored and logged (default: built-in config)',
      ),
    )
    .option(
      '--shutdown-delay <seconds>',
      `seconds to keep serving after SIGTERM, SIGINT or SIGHUP (default: ${DEFAULT_SHUTDOWN_DELAY_SECONDS}; 0 with --standalone)`,
      seconds,
    )
    .addOption(choice('--log-level <level>', 'lowest level to log', LOG_LEVELS).default('info'))
    .addOption(
      choice(
        '--log-format <format>',
        'format of the log (default: json; pretty with --standalone)',
        LOG_FORMATS,
      ),
    );
  addClusterFlags(command)
    .addHelpText(
      'after',
      `
Examples:
  # Try podherald on this machine:
  podherald serve --standalone

  # Use a certificate from files:
  podherald serve --tls-cert /tls/tls.crt --tls-key /tls/tls.key --config /etc/podherald/config.yaml

  # Let podherald manage its certificates:
  podherald serve --self-managed-tls --namespace podherald`,
    )
    .action((flags: ServeFlags) => serve(flags, output));
}

/** Serves until SIGTERM, SIGINT or SIGHUP. */
async function serve(flags: ServeFlags, output: Output): Promise<void> {
  checkTlsFlags(flags);
  const stopped = stopSignal();
  const isStandalone = flags.standalone === true;
  const { log, droppedLines, flush } = await createLog(
    flags.logLevel,
    flags.logFormat ?? (isStandalone ? 'pretty' : 'json'),
  );
  const tracing = await tracingOf(process.env, log);
  const cluster = isStandalone ? undefined : await findCluster(flags);
  const versions = cluster && watchServerVersion(cluster, { log });
  const config = withServerVersion(await configSource(flags.config), () => versions?.get());
  const certificates = await certificateSource(flags, log);
  const clientCa = clientCaSource(flags, log);
  const namespaces = isStandalone ? undefined : clusterNamespaces(config, cluster, log);
  const delaySeconds = flags.shutdownDelay ?? (isStandalone ? 0 : DEFAULT_SHUTDOWN_DELAY_SECONDS);
  const playground = isStandalone
    ? await (await import('./playground.ts')).readPlayground()
    : undefined;
  const server = await startServer({
    config,
    certificates,
    ...(clientCa && { clientCa }),
    ...(namespaces && { namespaces }),
    tracing,
    playground,
    log,
    droppedLogLines: droppedLines,
    host: flags.host ?? (isStandalone ? '127.0.0.1' : undefined),
    port: flags.port,
    adminPort: flags.adminPort,
    shutdownDelayMs: delaySeconds * 1000,
    now: () => new Date(),
  });
  versions?.start();
  if (isStandalone) {
    const { showSample } = await import('./standalone.ts');
    await showSample(server, certificates.get()?.cert ?? '', playground !== undefined, output);
  } else log.info({ version: VERSION, url: server.url, admin: server.adminUrl }, 'serving');
  const signal = await stopped;
  log.info({ signal, delaySeconds }, 'shutting down');
  versions?.stop();
  await server.close();
  await tracing?.close();
  log.info('stopped');
  await flush();
  // What is left would only wait, for example for a reader of the log that stands still.
  setTimeout(() => process.exit(), EXIT_LIMIT_MS).unref();
}

/** The time for what is still open to end by itself. */
const EXIT_LIMIT_MS = 1_000;

/** SIGHUP comes when the terminal closes. A config is reloaded when its file changes, without it. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

function stopSignal(): Promise<NodeJS.Signals> {
  // By default, Node.js opens its inspector, which can run any code.
  process.on('SIGUSR1', () => {});
  return new Promise((resolve) => {
    for (const signal of STOP_SIGNALS) process.once(signal, resolve);
  });
}

/**
 * The annotations and labels of the cluster's namespaces.
 *
 * @returns undefined if the config needs neither or no cluster is configured.
 */
function clusterNamespaces(
  config: ConfigSource,
  connection: Connection | undefined,
  log: Logger,
): NamespaceSource | undefined {
  if (!readsNamespaces(config.get())) return undefined;
  if (connection === undefined) {
    log.warn('no cluster is configured: annotations and labels of namespaces have no effect');
    return undefined;
  }
  const keep = {
    isAnnotation: (key: string) =>
      config.get().namespaces.annotations && isPodheraldKey(key, config),
    labelKeys: () => config.get().rules.namespaceLabels,
  };
  return namespaceInformer(connection, { keep, log });
}

/** True for podherald's keys under any prefix: a reload may change the prefix of cached namespaces. */
function isPodheraldKey(key: string, config: ConfigSource): boolean {
  const { annotationPrefix } = config.get().rules;
  if (key.startsWith(annotationPrefix)) return true;
  if (annotationNameOf(key, annotationPrefix) !== undefined) return true;
  if (meantKey(key, annotationPrefix) !== undefined) return true;
  return ANNOTATION_NAMES.some((name) => key.endsWith(`/${name}`));
}
