import { X509Certificate } from 'node:crypto';

/** How podherald's own certificate authorities are called. A CA of another name is a stranger's. */
export const COMMON_NAME = 'podherald-ca';

/** The certificate of a certificate authority that podherald has made. */
export interface AuthorityCertificate {
  readonly pem: string;
  /** Of the whole certificate: two that have the same are the same. */
  readonly fingerprint: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * @returns the certificate, or in a few words why it is none that podherald could have made. Whether
 * it has expired is another question: that depends on the time.
 */
export function readAuthorityCertificate(pem: string): AuthorityCertificate | string {
  const certificate = parse(pem);
  if (certificate === undefined) return 'is no certificate';
  if (!certificate.ca) return 'is not a certificate of an authority';
  if (certificate.subject !== `CN=${COMMON_NAME}`) return 'is of an authority that is not ours';
  const { publicKey } = certificate;
  if (publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    return 'has a key of a kind that is not ours';
  if (!certificate.checkIssued(certificate)) return 'is signed by another authority';
  return {
    // Written anew: whatever line ends it had, it is the same for every replica.
    pem: certificate.toString(),
    fingerprint: certificate.fingerprint256,
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
  };
}

/** All of our authorities in a text of PEM blocks; whatever else stands there is passed over. */
export function readAuthorityCertificates(text: string): AuthorityCertificate[] {
  return (text.match(PEM) ?? [])
    .map(readAuthorityCertificate)
    .filter((read): read is AuthorityCertificate => typeof read !== 'string');
}

function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
