// tsyringe, which x509 is built on, wants it first.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { newKeys, privateKeyPem, SIGNATURE } from './keys.ts';

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

/** Makes a key and a certificate that it signs itself, for a server of these names and addresses. */
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

export function commonNameOf({ names }: Pick<CertificateRequest, 'names'>): string {
  return `CN=${names[0] ?? 'podherald'}`;
}

/** What makes a certificate one of a server of these names and addresses. */
export function serverExtensions({ names, addresses }: CertificateRequest): x509.Extension[] {
  return [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension([
      ...names.map((value) => ({ type: 'dns', value }) as const),
      ...addresses.map((value) => ({ type: 'ip', value }) as const),
    ]),
  ];
}
