import type { Logger } from 'pino';
import { authorityCluster } from '../cluster/authority/authority-cluster.ts';
import { SYSTEM_CLOCK } from '../cluster/clock.ts';
import { locateCluster } from '../cluster/find-cluster.ts';
import { isDnsLabel, isDnsSubdomain } from '../core/api/names.ts';
import { AppError } from '../errors.ts';
import type { AuthorityEvent } from '../webhook/tls/authority/events.ts';
import { selfManaged } from '../webhook/tls/authority/self-managed.ts';
import { TIMING, type Timing } from '../webhook/tls/authority/timing.ts';
import type { CertificateSource } from '../webhook/tls/source.ts';
import {
  DEFAULT_CA_SECRET,
  DEFAULT_SERVICE,
  DEFAULT_WEBHOOK_CONFIGURATION,
  type SelfManagedFlags,
} from './self-managed-flags.ts';

/** What no flag says. */
export interface SelfManagedExtras {
  readonly timing?: Timing;
  /** Names and addresses of the certificate besides the Service's, for a webhook by URL. */
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
}

/**
 * The certificates of `serve --self-managed-tls`.
 *
 * @throws AppError `usage` where there is no cluster, or no namespace to be known.
 */
export async function selfManagedTls(
  flags: SelfManagedFlags,
  log: Logger,
  { timing = TIMING, names = [], addresses = [] }: SelfManagedExtras = {},
): Promise<CertificateSource> {
  const found = await locateCluster();
  if (found === undefined) throw usage(NO_CLUSTER);
  const namespace = flags.namespace ?? (process.env['POD_NAMESPACE'] || found.namespace);
  if (namespace === undefined) throw usage(NO_NAMESPACE);
  const service = flags.service ?? DEFAULT_SERVICE;
  const secret = flags.caSecret ?? DEFAULT_CA_SECRET;
  const configuration = flags.webhookConfiguration ?? DEFAULT_WEBHOOK_CONFIGURATION;
  checkNames({ namespace, service, secret, configuration });
  const place = { namespace, secret, configuration };
  return selfManaged({
    cluster: authorityCluster(found.connection, place, log),
    clock: { now: () => new Date(), sleep: SYSTEM_CLOCK.sleep },
    names: [...serviceNames(service, namespace), ...names],
    addresses,
    timing,
    tell: (event) => logEvent(log, event, { secret: `${namespace}/${secret}`, configuration }),
  });
}

/** The API server asks for the third; the first is the common name, of 64 characters at most. */
function serviceNames(service: string, namespace: string): string[] {
  const name = `${service}.${namespace}`;
  return [service, name, `${name}.svc`, `${name}.svc.cluster.local`];
}

const NO_CLUSTER =
  '--self-managed-tls keeps its CA in a cluster, and none is configured: set KUBECONFIG, or run it in a pod with a ServiceAccount token';
const NO_NAMESPACE =
  '--self-managed-tls keeps its CA in a namespace, and none is known: give --namespace, or set POD_NAMESPACE';

function checkNames(names: Readonly<Record<string, string>>): void {
  const { namespace = '', service = '', secret = '', configuration = '' } = names;
  const faults = [
    ...(isDnsLabel(namespace) ? [] : [`"${namespace}" is no name of a namespace (--namespace)`]),
    ...(isDnsLabel(service) ? [] : [`"${service}" is no name of a Service (--service)`]),
    ...(isDnsSubdomain(secret) ? [] : [`"${secret}" is no name of a Secret (--ca-secret)`]),
    ...(isDnsSubdomain(configuration)
      ? []
      : [`"${configuration}" is no name of an object (--webhook-configuration)`]),
  ];
  if (faults.length > 0) throw usage(faults.join('\n'));
}

function usage(message: string): AppError {
  return new AppError('usage', message);
}

const SENTENCES = {
  created: 'a new CA was made',
  renewed: 'the CA was renewed; the old one stays trusted until it expires',
  restored: 'the Secret of the CA was written again, from memory',
  adopted: 'the CA of the Secret counts',
  published: 'the caBundle was set',
  healed: 'the caBundle was set again, as somebody had changed it',
  trouble: 'certificates cannot be kept as they should; this is tried again and again',
  recovered: 'certificates are kept again as they should',
} as const satisfies Record<AuthorityEvent['is'], string>;

function logEvent(log: Logger, event: AuthorityEvent, place: object): void {
  const { is, ...details } = event;
  const level = is === 'trouble' || is === 'healed' ? 'warn' : 'info';
  log[level]({ ...details, ...place }, SENTENCES[is]);
}
