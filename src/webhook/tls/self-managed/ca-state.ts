import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { CaSecretData } from '../../../cluster/ca-secret.ts';
import type { KeyPair } from '../certificate.ts';
import { type CaCertificate, readCaCertificate, readCaCertificates } from './ca-certificate.ts';
import { isExpired, needsRenewal } from './timing.ts';

/** A CA with its key, which can sign certificates. */
export interface Ca extends CaCertificate {
  readonly pair: KeyPair;
}

/** What the Secret of the CA can be used for at a time. */
export type CaState =
  | { readonly is: 'good' | 'due'; readonly ca: Ca; readonly trusted: Trusted }
  | { readonly is: 'absent' | 'unusable'; readonly why: string; readonly trusted: Trusted };

/** The CAs in `ca.crt` that have not expired, whatever the rest of the Secret holds. */
type Trusted = readonly CaCertificate[];

/**
 * | Secret | state |
 * |---|---|
 * | does not exist | absent |
 * | tls.crt or tls.key is missing or empty | unusable |
 * | tls.crt is not a certificate, not of a CA, or of a CA that podherald did not make | unusable |
 * | tls.key is not a key, or belongs to another certificate | unusable |
 * | the CA has expired, or is not valid yet | unusable |
 * | two thirds of the CA's lifetime are over | due |
 * | otherwise, whatever ca.crt holds: missing CAs are added to it | good |
 */
export function caState(data: CaSecretData | undefined, now: Date): CaState {
  if (data === undefined) return { is: 'absent', why: 'the Secret does not exist', trusted: [] };
  const trusted = readCaCertificates(data['ca.crt'] ?? '').filter(
    (certificate) => !isExpired(certificate, now),
  );
  const ca = readCa(data, now);
  if (typeof ca === 'string') return { is: 'unusable', why: ca, trusted };
  return { is: needsRenewal(ca, now) ? 'due' : 'good', ca, trusted };
}

/** @returns the CA, or why it cannot be used, in a few words that never quote the key. */
export function readCa(data: CaSecretData, now: Date): Ca | string {
  const { 'tls.crt': cert = '', 'tls.key': key = '' } = data;
  if (cert === '') return 'tls.crt is missing';
  if (key === '') return 'tls.key is missing';
  const certificate = readCaCertificate(cert);
  if (typeof certificate === 'string') return `tls.crt ${certificate}`;
  const pkcs8 = keyOf(cert, key);
  if (pkcs8 === undefined) return 'tls.key does not belong to tls.crt';
  if (isExpired(certificate, now)) {
    return `the CA expired on ${certificate.notAfter.toISOString()}`;
  }
  if (now < certificate.notBefore) {
    return `the CA is not valid before ${certificate.notBefore.toISOString()}`;
  }
  return { ...certificate, pair: { cert: certificate.pem, key: pkcs8 } };
}

/** @returns the key as PKCS #8, if it belongs to the certificate. */
function keyOf(cert: string, pem: string): string | undefined {
  try {
    const key = createPrivateKey(pem);
    if (!new X509Certificate(cert).checkPrivateKey(key)) return undefined;
    return key.export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch {
    return undefined;
  }
}

/** What a replica does about the Secret of the CA. */
export type Step =
  /** It uses the CA of the Secret. */
  | { readonly do: 'adopt'; readonly ca: Ca }
  /** It adds missing CAs to ca.crt of the Secret, and then uses the CA of the Secret. */
  | { readonly do: 'amend'; readonly ca: Ca }
  /** It writes the CA that it has in memory to the Secret. */
  | { readonly do: 'restore'; readonly ca: Ca; readonly why: string }
  /** It makes a new CA. */
  | { readonly do: 'make'; readonly why: string };

/**
 * | Secret | CA in memory | step |
 * |---|---|---|
 * | good | any | adopt: the CA of the Secret takes precedence, so that all replicas use the same one |
 * | good, but ca.crt lacks its own CA, or one whose certificate this replica serves | any | amend |
 * | due, absent or unusable | good | restore: the API servers trust it already |
 * | due, absent or unusable | none, or due | make |
 *
 * @param held the CA in memory: the last one that was adopted.
 * @param needed the CAs that ca.crt must hold besides its own.
 */
export function nextStep(
  state: CaState,
  held: Ca | undefined,
  needed: readonly CaCertificate[],
  now: Date,
): Step {
  if (state.is === 'good') {
    const { ca, trusted } = state;
    const present = new Set(trusted.map(({ fingerprint }) => fingerprint));
    const isComplete = [ca, ...needed].every(({ fingerprint }) => present.has(fingerprint));
    return { do: isComplete ? 'adopt' : 'amend', ca };
  }
  const why = 'why' in state ? state.why : "two thirds of the CA's lifetime are over";
  const isHeldGood = held !== undefined && !isExpired(held, now) && !needsRenewal(held, now);
  return isHeldGood ? { do: 'restore', ca: held, why } : { do: 'make', why };
}
