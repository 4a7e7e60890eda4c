import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyPair } from '../certificate.ts';
import {
  type AuthorityCertificate,
  readAuthorityCertificate,
  readAuthorityCertificates,
} from './authority-certificate.ts';
import { isExpired, needsRenewal } from './needs-renewal.ts';

/** A certificate authority with which certificates can be signed. */
export interface Authority extends AuthorityCertificate {
  readonly pair: KeyPair;
}

/** The keys of the Secret, the usual ones of a Secret with a certificate. */
export interface CaSecretData {
  /** The CA that signs now, and its key. */
  readonly 'tls.crt'?: string;
  readonly 'tls.key'?: string;
  /** All CAs that are to be trusted: that one, and those before it until they expire. */
  readonly 'ca.crt'?: string;
}

/** What the Secret of the CA is good for at a time. */
export type CaState =
  | { readonly is: 'good' | 'due'; readonly authority: Authority; readonly trusted: Trusted }
  | { readonly is: 'absent' | 'unusable'; readonly why: string; readonly trusted: Trusted };

/** The CAs in `ca.crt` that have not expired, whatever the rest of the Secret is like. */
type Trusted = readonly AuthorityCertificate[];

/**
 * What the Secret of the CA is good for:
 *
 * | Secret | state |
 * |---|---|
 * | there is none | absent |
 * | tls.crt or tls.key is missing or empty | unusable |
 * | tls.crt is garbage, of no CA, of a CA that podherald did not make | unusable |
 * | tls.key is garbage, or belongs to another certificate | unusable |
 * | the CA has expired, or is not valid yet | unusable |
 * | two thirds of the CA's life are over | due |
 * | otherwise, whatever ca.crt holds: what it lacks is added | good |
 */
export function caState(data: CaSecretData | undefined, now: Date): CaState {
  if (data === undefined) return { is: 'absent', why: 'there is none', trusted: [] };
  const trusted = readAuthorityCertificates(data['ca.crt'] ?? '').filter(
    (certificate) => !isExpired(certificate, now),
  );
  const authority = readAuthority(data, now);
  if (typeof authority === 'string') return { is: 'unusable', why: authority, trusted };
  return { is: needsRenewal(authority, now) ? 'due' : 'good', authority, trusted };
}

/** @returns why it cannot be used, in a few words that never hold the key. */
export function readAuthority(data: CaSecretData, now: Date): Authority | string {
  const { 'tls.crt': cert = '', 'tls.key': key = '' } = data;
  if (cert === '') return 'it has no tls.crt';
  if (key === '') return 'it has no tls.key';
  const certificate = readAuthorityCertificate(cert);
  if (typeof certificate === 'string') return `its tls.crt ${certificate}`;
  const pkcs8 = keyOf(cert, key);
  if (pkcs8 === undefined) return 'its tls.key is not the key of its tls.crt';
  if (isExpired(certificate, now)) return `its CA expired at ${certificate.notAfter.toISOString()}`;
  if (now < certificate.notBefore) {
    return `its CA is valid only from ${certificate.notBefore.toISOString()}`;
  }
  return { ...certificate, pair: { cert: certificate.pem, key: pkcs8 } };
}

/** @returns the key as PKCS #8, if it is that of the certificate. */
function keyOf(cert: string, pem: string): string | undefined {
  try {
    const key = createPrivateKey(pem);
    if (!new X509Certificate(cert).checkPrivateKey(key)) return undefined;
    return key.export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch {
    return undefined;
  }
}
