import { type Command, Option } from 'commander';
import type { Logger } from 'pino';
import { findCluster } from '../cluster/find-cluster.ts';
import { watchServerVersion } from '../cluster/server-version.ts';
import { withServerVersion } from '../config/compile.ts';
import { AppError } from '../errors.ts';
import { VERSION } from '../version.ts';
import {
  createLog,
  flushLog,
  LOG_FORMATS,
  LOG_LEVELS,
  type LogFormat,
  type LogLevel,
} from '../webhook/server/log.ts';
import { startServer } from '../webhook/server/server.ts';
import {
  type CertificateSource,
  certificateFiles,
  fixedCertificate,
} from '../webhook/tls/certificate-source.ts';
import { port, seconds } from './arguments.ts';
import { clusterNamespaces } from './cluster-namespaces.ts';
import { configOption, configSource } from './config.ts';
import type { Output } from './output.ts';
import {
  DEFAULT_CA_SECRET,
  DEFAULT_SERVICE,
  DEFAULT_WEBHOOK_CONFIGURATION,
  type SelfManagedFlags,
} from './self-managed-flags.ts';

interface ServeFlags extends SelfManagedFlags {
  readonly host?: string;
  readonly port: number;
  readonly adminPort: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly selfManagedTls?: true;
  readonly standalone?: true;
  readonly shutdownDelay?: number;
  readonly config?: string;
  readonly logLevel: LogLevel;
  readonly logFormat?: LogFormat;
}

const DEFAULT_SHUTDOWN_DELAY_SECONDS = 5;

export function addServe(program: Command, output: Output): void {
  program
    .command('serve')
    .summary('answer the API server: the webhook')
    .description(
      'Serves POST /mutate over HTTPS, and /healthz, /readyz and /metrics over HTTP on the admin port.',
    )
    .option('--port <number>', 'port of the webhook', port, 8443)
    .option('--admin-port <number>', 'port of /healthz, /readyz and /metrics', port, 8080)
    .option('--host <address>', 'address to listen on (default: all; 127.0.0.1 with --standalone)')
    .option('--tls-cert <file>', 'certificate (PEM), read again when it changes')
    .option('--tls-key <file>', 'its private key (PEM)')
    .option(
      '--self-managed-tls',
      'certificates of a CA of its own, which the API server is told of',
    )
    .option(
      '--namespace <name>',
      'with --self-managed-tls: where podherald runs (default: POD_NAMESPACE, or that of the pod or kubeconfig)',
    )
    .option('--service <name>', `… its Service (default: ${DEFAULT_SERVICE})`)
    .option('--ca-secret <name>', `… the Secret for the CA (default: ${DEFAULT_CA_SECRET})`)
    .option(
      '--webhook-configuration <name>',
      `… the MutatingWebhookConfiguration (default: ${DEFAULT_WEBHOOK_CONFIGURATION})`,
    )
    .option('--standalone', 'try it out: certificate in memory, no cluster needed')
    .addOption(configOption('config, read again when it changes; a bad one changes nothing'))
    .option(
      '--shutdown-delay <seconds>',
      `how long to go on serving after SIGTERM (default: ${DEFAULT_SHUTDOWN_DELAY_SECONDS}; 0 with --standalone)`,
      seconds,
    )
    .addOption(
      new Option('--log-level <level>', 'least level to log').choices(LOG_LEVELS).default('info'),
    )
    .addOption(
      new Option('--log-format <format>', 'default: json; pretty with --standalone').choices(
        LOG_FORMATS,
      ),
    )
    .addHelpText(
      'after',
      `
Examples:
  podherald serve --standalone
  podherald serve --standalone --config config.yaml
  podherald serve --tls-cert /tls/tls.crt --tls-key /tls/tls.key --config /etc/podherald/config.yaml
  podherald serve --self-managed-tls --namespace podherald`,
    )
    .action((flags: ServeFlags) => serve(flags, output));
}

/** Serves until SIGTERM or SIGINT. */
async function serve(flags: ServeFlags, output: Output): Promise<void> {
  checkTlsFlags(flags);
  const stopped = stopSignal();
  const isStandalone = flags.standalone === true;
  const log = await createLog(
    flags.logLevel,
    flags.logFormat ?? (isStandalone ? 'pretty' : 'json'),
  );
  const cluster = isStandalone ? undefined : await findCluster();
  const versions = cluster && watchServerVersion(cluster, { log });
  const config = withServerVersion(await configSource(flags.config), () => versions?.get());
  const certificates = await certificateSource(flags, log);
  const namespaces = isStandalone ? undefined : clusterNamespaces(config, cluster, log);
  const delaySeconds = flags.shutdownDelay ?? (isStandalone ? 0 : DEFAULT_SHUTDOWN_DELAY_SECONDS);
  const server = await startServer({
    config,
    certificates,
    ...(namespaces && { namespaces }),
    log,
    host: flags.host ?? (isStandalone ? '127.0.0.1' : undefined),
    port: flags.port,
    adminPort: flags.adminPort,
    shutdownDelayMs: delaySeconds * 1000,
    now: () => new Date(),
  });
  versions?.start();
  if (isStandalone) {
    const { showSample } = await import('./standalone.ts');
    await showSample(server, certificates.get()?.cert ?? '', output);
  } else log.info({ version: VERSION, url: server.url, admin: server.adminUrl }, 'serving');
  const signal = await stopped;
  log.info({ signal, delaySeconds }, 'stopping');
  versions?.stop();
  await server.close();
  log.info('stopped');
  await flushLog(log);
}

function checkTlsFlags(flags: ServeFlags): void {
  const { tlsCert, tlsKey, standalone, selfManagedTls } = flags;
  const hasFiles = tlsCert !== undefined || tlsKey !== undefined;
  const chosen = [
    ...(hasFiles ? ['--tls-cert and --tls-key'] : []),
    ...(selfManagedTls ? ['--self-managed-tls'] : []),
    ...(standalone ? ['--standalone'] : []),
  ];
  const faults = [
    ...(chosen.length === 0 ? [NO_CERTIFICATE] : []),
    ...(chosen.length > 1 ? [`${chosen.join(', ')}: each brings a certificate; give one`] : []),
    ...(hasFiles && (tlsCert === undefined || tlsKey === undefined)
      ? ['--tls-cert and --tls-key go together']
      : []),
    ...(selfManagedTls ? [] : SELF_MANAGED_ONLY.filter(([key]) => flags[key] !== undefined)).map(
      ([, flag]) => `${flag} goes with --self-managed-tls`,
    ),
  ];
  if (faults.length > 0) throw new AppError('usage', faults.join('\n'));
}

const NO_CERTIFICATE =
  'a certificate is needed: --tls-cert and --tls-key, --self-managed-tls, or --standalone to try out';

const SELF_MANAGED_ONLY = [
  ['namespace', '--namespace'],
  ['service', '--service'],
  ['caSecret', '--ca-secret'],
  ['webhookConfiguration', '--webhook-configuration'],
] as const satisfies readonly (readonly [keyof SelfManagedFlags, string])[];

async function certificateSource(flags: ServeFlags, log: Logger): Promise<CertificateSource> {
  if (flags.tlsCert !== undefined && flags.tlsKey !== undefined) {
    return certificateFiles(flags.tlsCert, flags.tlsKey, (error) =>
      log.error({ err: error }, 'the changed certificate cannot be served; the last one stays'),
    );
  }
  if (flags.selfManagedTls) {
    const { selfManagedTls } = await import('./self-managed-tls.ts');
    return selfManagedTls(flags, log);
  }
  const { localhostCertificate } = await import('../webhook/tls/certificate.ts');
  return fixedCertificate(await localhostCertificate(new Date()));
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
}
