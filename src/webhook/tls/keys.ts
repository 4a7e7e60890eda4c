// tsyringe, which x509 is built on, wants it first.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

/** What every key of podherald is made for: small, fast, and known to every TLS client. */
export const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
export const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

export interface Keys {
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

export function newKeys(): Promise<Keys> {
  return crypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
}

/** @returns PKCS #8 in PEM. */
export async function privateKeyPem({ privateKey }: Keys): Promise<string> {
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', privateKey);
  return x509.PemConverter.encode(pkcs8, 'PRIVATE KEY');
}

export function readPrivateKey(pem: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), KEY, false, ['sign']);
}
