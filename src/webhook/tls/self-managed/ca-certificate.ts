// Must be imported before x509, whose dependency tsyringe needs it.
import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import {
  type CertificateRequest,
  commonNameOf,
  type KeyPair,
  newKeys,
  privateKeyPem,
  readPrivateKey,
  SIGNATURE,
  serverExtensions,
} from '../certificate.ts';
import { CLOCK_SKEW_MS, isExpired, type Lifetime } from './timing.ts';

/** The name of every CA that podherald makes. A CA of another name was made by someone else. */
const CA_COMMON_NAME = 'podherald-ca';

/** The certificate of a CA that podherald has made. */
export interface CaCertificate extends Lifetime {
  readonly pem: string;
  /** Of the whole certificate, so that equal fingerprints mean equal certificates. */
  readonly fingerprint: string;
}

/** Makes a CA that may sign serving certificates, but no other CA. */
export async function makeCa(lifetime: Lifetime): Promise<KeyPair> {
  const keys = await newKeys();
  const usages = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${CA_COMMON_NAME}`,
    ...lifetime,
    keys,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(usages, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: cert.toString('pem'), key: await privateKeyPem(keys) };
}

/** Makes a key and a serving certificate for it, signed by the CA. */
export async function issue(ca: KeyPair, request: CertificateRequest): Promise<KeyPair> {
  const keys = await newKeys();
  const parent = new x509.X509Certificate(ca.cert);
  const cert = await x509.X509CertificateGenerator.create({
    subject: commonNameOf(request),
    issuer: parent.subject,
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    publicKey: keys.publicKey,
    signingKey: await readPrivateKey(ca.key),
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      ...serverExtensions(request),
      // While two CAs with the same name are trusted, this extension says which one has signed.
      await x509.AuthorityKeyIdentifierExtension.create(parent.publicKey),
    ],
  });
  return { cert: cert.toString('pem'), key: await privateKeyPem(keys) };
}

/**
 * @returns the certificate, or what is wrong with it, as the rest of a sentence. It may be expired:
 * that depends on the time.
 */
export function readCaCertificate(pem: string): CaCertificate | string {
  const certificate = parse(pem);
  if (certificate === undefined) return 'is not a certificate';
  if (!certificate.ca) return 'is not the certificate of a CA';
  if (certificate.subject !== `CN=${CA_COMMON_NAME}`) return 'is a CA that podherald did not make';
  const { publicKey } = certificate;
  if (publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    return 'has a key of a kind that podherald does not make';
  if (!certificate.checkIssued(certificate)) return 'is signed by another CA';
  return {
    // Formatted again: whatever its line ends were, it is the same text for every replica.
    pem: certificate.toString(),
    fingerprint: certificate.fingerprint256,
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
  };
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** All CAs that podherald has made, in a text of PEM blocks; anything else in it is skipped. */
export function readCaCertificates(text: string): CaCertificate[] {
  return (text.match(PEM) ?? [])
    .map(readCaCertificate)
    .filter((read): read is CaCertificate => typeof read !== 'string');
}

function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** A limit, so that a bug cannot fill the configuration. A CA stays in it for a year at most. */
const MAX_CAS = 10;

/**
 * The caBundle, decoded: the same text for every replica that knows the same CAs, the youngest
 * first, without duplicates.
 *
 * A CA that is trusted now stays until it has expired: another replica may still serve a certificate
 * that it signed, and would be cut off. A CA that podherald did not make is removed.
 *
 * @param required the CAs that must be in it.
 * @param present the CAs of podherald that are in it now.
 */
export function bundleOf(
  required: readonly CaCertificate[],
  present: readonly CaCertificate[],
  now: Date,
): string {
  // Clocks differ, so a CA is removed only once it has expired on every replica.
  const longAgo = new Date(now.getTime() - CLOCK_SKEW_MS);
  const all = [
    ...required.filter((certificate) => !isExpired(certificate, now)),
    ...present.filter((certificate) => !isExpired(certificate, longAgo)),
  ];
  return distinct(all)
    .sort(youngestFirst)
    .slice(0, MAX_CAS)
    .map(({ pem }) => pem)
    .join('');
}

/** The certificates without duplicates, in their order. */
export function distinct(certificates: readonly CaCertificate[]): CaCertificate[] {
  const byFingerprint = new Map(certificates.map((each) => [each.fingerprint, each]));
  return [...byFingerprint.values()];
}

function youngestFirst(one: CaCertificate, other: CaCertificate): number {
  const byTime = other.notBefore.getTime() - one.notBefore.getTime();
  return byTime === 0 ? one.fingerprint.localeCompare(other.fingerprint) : byTime;
}
