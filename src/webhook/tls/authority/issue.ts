// tsyringe, which x509 is built on, wants it first.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import {
  type CertificateRequest,
  commonNameOf,
  type KeyPair,
  serverExtensions,
} from '../certificate.ts';
import { newKeys, privateKeyPem, readPrivateKey, SIGNATURE } from '../keys.ts';
import { COMMON_NAME } from './authority-certificate.ts';
import { CLOCK_SKEW_MS } from './timing.ts';

export interface Lifetime {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** From a little before now, so that a machine whose clock is behind takes it too. */
export function lifetimeFrom(now: Date, lifetimeMs: number): Lifetime {
  const backMs = Math.min(CLOCK_SKEW_MS, lifetimeMs / 10);
  return {
    notBefore: new Date(now.getTime() - backMs),
    notAfter: new Date(now.getTime() + lifetimeMs),
  };
}

/** Makes a certificate authority that may sign servers' certificates, and nothing below them. */
export async function makeAuthority(lifetime: Lifetime): Promise<KeyPair> {
  const keys = await newKeys();
  const usages = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${COMMON_NAME}`,
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

/** Makes a key, and has the authority sign a server's certificate for it. */
export async function issue(authority: KeyPair, request: CertificateRequest): Promise<KeyPair> {
  const keys = await newKeys();
  const parent = new x509.X509Certificate(authority.cert);
  const cert = await x509.X509CertificateGenerator.create({
    subject: commonNameOf(request),
    issuer: parent.subject,
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    publicKey: keys.publicKey,
    signingKey: await readPrivateKey(authority.key),
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      ...serverExtensions(request),
      // While two authorities of one name are trusted, it says which one has signed.
      await x509.AuthorityKeyIdentifierExtension.create(parent.publicKey),
    ],
  });
  return { cert: cert.toString('pem'), key: await privateKeyPem(keys) };
}
