// Must be imported before x509, whose dependency tsyringe needs it.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

/** The kind of every key that podherald makes: small, fast, and supported by every TLS client. */
const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
export const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

export interface CryptoKeys {
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

/** A new key, exportable. */
export function newKeys(): Promise<CryptoKeys> {
  return crypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
}

/** @returns PKCS #8 in PEM. */
export async function privateKeyPem({ privateKey }: CryptoKeys): Promise<string> {
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', privateKey);
  return x509.PemConverter.encode(pkcs8, 'PRIVATE KEY');
}

/** @param pem PKCS #8. @throws Error if it is not such a key. */
export function readPrivateKey(pem: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), KEY, false, ['sign']);
}

/** A certificate chain and its private key, both PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateRequest {
  /** DNS names, the first of which is the common name too. */
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Makes a key and a self-signed certificate for a server with these names and addresses. */
export async function selfSigned(request: CertificateRequest): Promise<KeyPair> {
  const keys = await newKeys();
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    name: commonNameOf(request),
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    keys,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      ...serverExtensions(request),
    ],
  });
  return { cert: cert.toString('pem'), key: await privateKeyPem(keys) };
}

/** The distinguished name with the first DNS name. */
export function commonNameOf({ names }: Pick<CertificateRequest, 'names'>): string {
  return `CN=${names[0] ?? 'podherald'}`;
}

/** The extensions that allow a certificate to serve these names and addresses. */
export function serverExtensions({ names, addresses }: CertificateRequest): x509.Extension[] {
  return [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension([
      ...names.map((value) => ({ type: 'dns', value }) as const),
      ...addresses.map((value) => ({ type: 'ip', value }) as const),
    ]),
  ];
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Long enough for trying podherald out. */
const LOCALHOST_LIFETIME_DAYS = 7;

/** Clocks differ a little from machine to machine. */
const LOCALHOST_SKEW_MS = 5 * 60 * 1000;

/** A self-signed certificate for localhost. */
export function localhostCertificate(now: Date): Promise<KeyPair> {
  return selfSigned({
    names: ['localhost'],
    addresses: ['127.0.0.1', '::1'],
    notBefore: new Date(now.getTime() - LOCALHOST_SKEW_MS),
    notAfter: new Date(now.getTime() + LOCALHOST_LIFETIME_DAYS * DAY_MS),
  });
}
