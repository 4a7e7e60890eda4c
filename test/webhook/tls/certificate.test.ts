import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { localhostCertificate, selfSigned } from '../../../src/webhook/tls/certificate.ts';
import {
  expiryOf,
  fixedCertificate,
  invalidAt,
} from '../../../src/webhook/tls/certificate-source.ts';
import { makePair, NOT_AFTER, NOT_BEFORE } from '../../support/certificates.ts';

describe('selfSigned', () => {
  it('has every requested name and address', async () => {
    const { cert } = await selfSigned({
      names: ['podherald.podherald.svc', 'localhost'],
      addresses: ['127.0.0.1', '::1'],
      notBefore: NOT_BEFORE,
      notAfter: NOT_AFTER,
    });
    const certificate = new X509Certificate(cert);

    expect(certificate.checkHost('podherald.podherald.svc')).toBeDefined();
    expect(certificate.checkHost('localhost')).toBeDefined();
    expect(certificate.checkIP('127.0.0.1')).toBeDefined();
    expect(certificate.checkIP('::1')).toBeDefined();
    expect(certificate.checkHost('example.com')).toBeUndefined();
  });

  it('is valid between the requested times', async () => {
    const certificate = new X509Certificate((await makePair()).cert);

    expect(new Date(certificate.validFrom)).toEqual(NOT_BEFORE);
    expect(new Date(certificate.validTo)).toEqual(NOT_AFTER);
  });

  it('has a key of its own, which has signed it', async () => {
    const { cert, key } = await makePair();
    const certificate = new X509Certificate(cert);

    expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  it('differs each time', async () => {
    const [one, other] = [await makePair(), await makePair()];

    expect(new X509Certificate(one.cert).serialNumber).not.toBe(
      new X509Certificate(other.cert).serialNumber,
    );
    expect(one.key).not.toBe(other.key);
  });

  it('is for servers only', async () => {
    const certificate = new X509Certificate((await makePair()).cert);

    // id-kp-serverAuth, RFC 5280 section 4.2.1.12.
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  });
});

describe('the validity of a certificate', () => {
  it('includes its first and its last second', async () => {
    const pair = await makePair();

    expect(invalidAt(pair, NOT_BEFORE)).toBeUndefined();
    expect(invalidAt(pair, new Date('2030-01-01'))).toBeUndefined();
    expect(invalidAt(pair, NOT_AFTER)).toBeUndefined();
  });

  it('says whether the certificate has expired or is not valid yet', async () => {
    const pair = await makePair();

    expect(invalidAt(pair, new Date('2040-01-01T00:00:01Z'))).toContain('expired');
    expect(invalidAt(pair, new Date('2019-12-31T23:59:59Z'))).toContain('not valid before');
  });

  it('ends at its notAfter', async () => {
    expect(expiryOf(await makePair())).toEqual(NOT_AFTER);
  });
});

describe('the certificate for localhost', () => {
  it('is valid now, if the clock is minutes behind too, and for a week at most', async () => {
    const pair = await localhostCertificate(new Date('2030-01-10T00:00:00Z'));

    expect(invalidAt(pair, new Date('2030-01-09T23:58:00Z'))).toBeUndefined();
    expect(invalidAt(pair, new Date('2030-01-10T00:00:00Z'))).toBeUndefined();
    expect(invalidAt(pair, new Date('2030-01-17T00:00:01Z'))).toContain('expired');
  });

  it('is for localhost only', async () => {
    const { cert } = await localhostCertificate(new Date('2030-01-10'));
    const names = new X509Certificate(cert).subjectAltName;

    expect(names).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
  });

  it('stays the same', async () => {
    const source = fixedCertificate(await localhostCertificate(new Date('2030-01-10')));

    expect(source.get()).toBe(source.get());
  });
});
