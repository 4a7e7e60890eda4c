// tsyringe, which x509 is built on, wants it first.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

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

const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** Makes a key and a certificate that it signs itself, for a server of these names and addresses. */
export async function selfSigned(request: CertificateRequest): Promise<KeyPair> {
  const keys = await crypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${request.names[0] ?? 'podherald'}`,
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    keys,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...request.names.map((value) => ({ type: 'dns', value }) as const),
        ...request.addresses.map((value) => ({ type: 'ip', value }) as const),
      ]),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    cert: cert.toString('pem'),
    key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
  };
}
