import type { Logger } from 'pino';
import { SYSTEM_CLOCK } from '../clock.ts';
import { faultsError } from '../errors.ts';
import { CA_SECRET, NAME } from '../render/install/install-options.ts';
import {
  type CertificateSource,
  certificateFiles,
  fixedCertificate,
} from '../webhook/tls/certificate-source.ts';
import { type ClientCaSource, clientCaFile } from '../webhook/tls/client-ca.ts';
import type { ClusterFlags } from './arguments.ts';
import type { SelfManagedNames } from './self-managed-tls.ts';

/** The flags of `serve` that choose its certificate. */
export interface TlsFlags extends Partial<SelfManagedNames>, ClusterFlags {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly selfManagedTls?: true;
  readonly standalone?: true;
  readonly clientCa?: string;
}

/** As `podherald manifests` names them. */
export const DEFAULT_NAMES = {
  service: NAME,
  caSecret: CA_SECRET,
  webhookConfiguration: NAME,
} as const satisfies SelfManagedNames;

/** @throws AppError `usage` unless the flags choose exactly one source of certificates. */
export function checkTlsFlags(flags: TlsFlags): void {
  const { tlsCert, tlsKey, standalone, selfManagedTls } = flags;
  const hasFiles = tlsCert !== undefined || tlsKey !== undefined;
  const chosen = [
    ...(hasFiles ? ['--tls-cert with --tls-key'] : []),
    ...(selfManagedTls ? ['--self-managed-tls'] : []),
    ...(standalone ? ['--standalone'] : []),
  ];
  const faults = [
    ...(chosen.length === 0 ? [NO_CERTIFICATE] : []),
    ...(chosen.length > 1 ? [`pass only one of these: ${chosen.join(', ')}`] : []),
    ...(hasFiles && (tlsCert === undefined || tlsKey === undefined)
      ? [
          `--tls-cert and --tls-key must be passed together: ${tlsCert === undefined ? '--tls-cert' : '--tls-key'} is missing`,
        ]
      : []),
    ...(standalone ? NOT_STANDALONE.filter(([key]) => flags[key] !== undefined) : []).map(
      ([, flag]) => `${flag} is not valid with --standalone`,
    ),
    ...(selfManagedTls ? [] : SELF_MANAGED_ONLY.filter(([key]) => flags[key] !== undefined)).map(
      ([, flag]) => `${flag} is only valid with --self-managed-tls`,
    ),
  ];
  if (faults.length > 0) throw faultsError('usage', faults);
}

const NO_CERTIFICATE =
  'no certificate: pass either --tls-cert with --tls-key, or --self-managed-tls, or --standalone (to try podherald without a cluster)';

const NOT_STANDALONE = [
  ['clientCa', '--client-ca'],
  ['kubeconfig', '--kubeconfig'],
  ['context', '--context'],
] as const satisfies readonly (readonly [keyof TlsFlags, string])[];

const SELF_MANAGED_ONLY = [
  ['namespace', '--namespace'],
  ['service', '--service'],
  ['caSecret', '--ca-secret'],
  ['webhookConfiguration', '--webhook-configuration'],
] as const satisfies readonly (readonly [keyof SelfManagedNames, string])[];

/**
 * The CAs of --client-ca.
 *
 * @returns undefined without the flag.
 * @throws AppError `certificate`
 */
export function clientCaSource({ clientCa }: TlsFlags, log: Logger): ClientCaSource | undefined {
  if (clientCa === undefined) return undefined;
  return clientCaFile(clientCa, {
    now: () => new Date(),
    onInvalid: (error) =>
      log.error(
        { err: error },
        'the changed CAs of clients are invalid; still using the last ones',
      ),
  });
}

/**
 * The certificates that the flags choose. Only the chosen source is loaded.
 *
 * @throws AppError `usage` or `certificate`
 */
export async function certificateSource(flags: TlsFlags, log: Logger): Promise<CertificateSource> {
  if (flags.tlsCert !== undefined && flags.tlsKey !== undefined) {
    return certificateFiles(flags.tlsCert, flags.tlsKey, SYSTEM_CLOCK.date);
  }
  if (flags.selfManagedTls) {
    const { selfManagedTls } = await import('./self-managed-tls.ts');
    return selfManagedTls({ ...DEFAULT_NAMES, ...flags }, log);
  }
  const { localhostCertificate } = await import('../webhook/tls/certificate.ts');
  return fixedCertificate(await localhostCertificate(new Date()));
}
