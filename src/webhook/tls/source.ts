import { X509Certificate } from 'node:crypto';
import type { KeyPair } from './certificate.ts';

/** Where the serving certificate comes from, and comes anew. */
export interface CertificateSource {
  /** The pair to serve now; undefined while the first one is still to come. */
  get(): KeyPair | undefined;
  /** Calls back with each later pair, until `stop`. */
  start(onChange: (pair: KeyPair) => void): void;
  stop(): void;
  /** undefined, or why reviews had better not be sent here, where the pair alone does not tell. */
  readonly notReady?: () => string | undefined;
}

/** A source that has a pair from the start. */
export interface PairAtHand extends CertificateSource {
  get(): KeyPair;
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
