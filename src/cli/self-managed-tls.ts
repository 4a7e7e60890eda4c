import type { Logger } from 'pino';
import { SYSTEM_CLOCK } from '../clock.ts';
import { caCluster } from '../cluster/ca-cluster.ts';
import { locateCluster } from '../cluster/find-cluster.ts';
import { isDnsLabel, isDnsSubdomain } from '../core/api/names.ts';
import { AppError } from '../errors.ts';
import type { CertificateSource } from '../webhook/tls/certificate-source.ts';
import type { CaEvent } from '../webhook/tls/self-managed/events.ts';
import { selfManaged } from '../webhook/tls/self-managed/self-managed.ts';
import { TIMING, type Timing } from '../webhook/tls/self-managed/timing.ts';
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
    cluster: caCluster(found.connection, place, log),
    clock: SYSTEM_CLOCK,
    names: [...serviceNames(service, namespace), ...names],
    addresses,
    timing,
    report: (event) => logEvent(log, event, { secret: `${namespace}/${secret}`, configuration }),
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
  created: 'made a new CA',
  renewed: 'renewed the CA; the old one stays trusted until it expires',
  restored: 'restored the CA in the Secret from memory',
  adopted: 'using the CA from the Secret',
  published: 'set the caBundle',
  healed: 'set the caBundle again: somebody else had changed it',
  failed: 'certificate maintenance failed; retrying',
  recovered: 'certificate maintenance works again',
} as const satisfies Record<CaEvent['is'], string>;

function logEvent(log: Logger, event: CaEvent, place: object): void {
  const { is, ...details } = event;
  const level = is === 'failed' || is === 'healed' ? 'warn' : 'info';
  log[level]({ ...details, ...place }, SENTENCES[is]);
}
