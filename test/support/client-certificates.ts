import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import {
  type KeyPair,
  newKeys,
  privateKeyPem,
  SIGNATURE,
} from '../../src/webhook/tls/certificate.ts';
import { NOT_AFTER, NOT_BEFORE } from './certificates.ts';

/** A CA that issues certificates for clients. */
export interface ClientCa {
  readonly pem: string;
  /** @param usage what the certificate may be used for. */
  issue(usage?: 'client' | 'server'): Promise<KeyPair>;
}

export async function makeClientCa(notAfter = NOT_AFTER): Promise<ClientCa> {
  const caKeys = await newKeys();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=client-ca',
    notBefore: NOT_BEFORE,
    notAfter,
    keys: caKeys,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  return {
    pem: ca.toString('pem'),
    async issue(usage = 'client') {
      const keys = await newKeys();
      const cert = await x509.X509CertificateGenerator.create({
        subject: 'CN=kube-apiserver',
        issuer: ca.subject,
        notBefore: NOT_BEFORE,
        notAfter: NOT_AFTER,
        publicKey: keys.publicKey,
        signingKey: caKeys.privateKey,
        signingAlgorithm: SIGNATURE,
        extensions: [
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[`${usage}Auth`]]),
          await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
        ],
      });
      return { cert: cert.toString('pem'), key: await privateKeyPem(keys) };
    },
  };
}
