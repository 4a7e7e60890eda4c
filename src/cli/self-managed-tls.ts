import type { Logger } from 'pino';
import { SYSTEM_CLOCK } from '../clock.ts';
import { caCluster } from '../cluster/ca-cluster.ts';
import { type ClusterChoice, locateCluster } from '../cluster/find-cluster.ts';
import { isDnsLabel, isDnsSubdomain } from '../core/api/names.ts';
import { AppError, faultsError } from '../errors.ts';
import type { CertificateSource } from '../webhook/tls/certificate-source.ts';
import type { CaEvent } from '../webhook/tls/self-managed/events.ts';
import { selfManaged } from '../webhook/tls/self-managed/self-managed.ts';
import { TIMING, type Timing } from '../webhook/tls/self-managed/timing.ts';

/** The names of the objects that self-managed certificates need. */
export interface SelfManagedNames {
  /** Where podherald runs and keeps its CA. Default: POD_NAMESPACE, or that of the pod or kubeconfig. */
  readonly namespace?: string;
  readonly service: string;
  readonly caSecret: string;
  readonly webhookConfiguration: string;
}

/** What only tests set. */
export interface SelfManagedExtras {
  readonly timing?: Timing;
  /** More names and addresses in the certificate, for a webhook that is called by URL. */
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
}

/**
 * The certificates of `serve --self-managed-tls`.
 *
 * @throws AppError `usage` without a cluster, without a namespace, and if a name is invalid.
 */
export async function selfManagedTls(
  { service, caSecret, webhookConfiguration, ...given }: SelfManagedNames & ClusterChoice,
  log: Logger,
  { timing = TIMING, names = [], addresses = [] }: SelfManagedExtras = {},
): Promise<CertificateSource> {
  const found = await locateCluster(given);
  if (found === undefined) throw usage(NO_CLUSTER);
  const namespace = given.namespace ?? (process.env['POD_NAMESPACE'] || found.namespace);
  if (namespace === undefined) throw usage(NO_NAMESPACE);
  checkNames({ namespace, service, caSecret, webhookConfiguration });
  const objects = { namespace, secret: caSecret, configuration: webhookConfiguration };
  return selfManaged({
    cluster: caCluster(found.connection, objects, log),
    clock: SYSTEM_CLOCK,
    names: [...serviceNames(service, namespace), ...names],
    addresses,
    timing,
    report: (event) =>
      logEvent(log, event, {
        secret: `${namespace}/${caSecret}`,
        configuration: webhookConfiguration,
      }),
  });
}

/**
 * The API server verifies the third name. The first name is also the common name, which may have at
 * most 64 characters.
 */
function serviceNames(service: string, namespace: string): string[] {
  const name = `${service}.${namespace}`;
  return [service, name, `${name}.svc`, `${name}.svc.cluster.local`];
}

const NO_CLUSTER =
  '--self-managed-tls stores its CA in a cluster, but no cluster is configured: set KUBECONFIG, or run podherald in a pod with a ServiceAccount token';
const NO_NAMESPACE =
  '--self-managed-tls stores its CA in a namespace, but no namespace is known: pass --namespace or set POD_NAMESPACE';

function checkNames({
  namespace,
  service,
  caSecret,
  webhookConfiguration,
}: Required<SelfManagedNames>): void {
  const faults = [
    ...(isDnsLabel(namespace) ? [] : [invalidName('--namespace', namespace, DNS_LABEL)]),
    ...(isDnsLabel(service) ? [] : [invalidName('--service', service, DNS_LABEL)]),
    ...(isDnsSubdomain(caSecret) ? [] : [invalidName('--ca-secret', caSecret, DNS_SUBDOMAIN)]),
    ...(isDnsSubdomain(webhookConfiguration)
      ? []
      : [invalidName('--webhook-configuration', webhookConfiguration, DNS_SUBDOMAIN)]),
  ];
  if (faults.length > 0) throw faultsError('usage', faults);
}

const DNS_LABEL = 'at most 63 lower-case letters, digits and hyphens';
const DNS_SUBDOMAIN = 'lower-case letters, digits, hyphens and dots';

function invalidName(flag: string, name: string, expected: string): string {
  return `${flag} "${name}" is invalid: expected ${expected}`;
}

function usage(message: string): AppError {
  return new AppError('usage', message);
}

const SENTENCES = {
  created: 'created a new CA',
  renewed: 'renewed the CA; the old one stays trusted until it expires',
  restored: 'wrote the CA from memory to the Secret again',
  adopted: 'using the CA from the Secret',
  published: 'set the caBundle of the MutatingWebhookConfiguration',
  healed: 'another client had changed the caBundle; set it again',
  failed: 'certificate maintenance failed; retrying',
  recovered: 'certificate maintenance works again',
} as const satisfies Record<CaEvent['is'], string>;

function logEvent(log: Logger, event: CaEvent, objects: object): void {
  const { is, ...details } = event;
  const level = is === 'failed' || is === 'healed' ? 'warn' : 'info';
  log[level]({ ...details, ...objects }, SENTENCES[is]);
}
