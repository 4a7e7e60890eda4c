import { X509Certificate } from 'node:crypto';
import type { KeyPair } from './certificate.ts';

/** Where the serving certificate comes from, and comes anew. */
export interface CertificateSource {
  /** The pair to serve now. */
  get(): KeyPair;
  /** Calls back with each later pair, until `stop`. */
  start(onChange: (pair: KeyPair) => void): void;
  stop(): void;
}

export function expiryOf(pair: KeyPair): Date {
  return new Date(new X509Certificate(pair.cert).validTo);
}

/** @returns undefined, or why the pair cannot be served at that time. */
export function invalidAt(pair: KeyPair, now: Date): string | undefined {
  const { validFrom, validTo } = new X509Certificate(pair.cert);
  if (now > new Date(validTo)) return `the certificate expired at ${validTo}`;
  if (now < new Date(validFrom)) return `the certificate is valid only from ${validFrom}`;
  return undefined;
}
