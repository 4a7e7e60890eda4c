import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  bundleOf,
  issue,
  readCaCertificates,
} from '../../../../src/webhook/tls/self-managed/ca-certificate.ts';
import { lifetimeFrom } from '../../../../src/webhook/tls/self-managed/timing.ts';
import { makePair } from '../../../support/certificates.ts';
import { ca } from './secrets.ts';

const LIFE = { notBefore: new Date('2030-01-01'), notAfter: new Date('2030-01-08') };

async function issued() {
  const authority = await ca('2030-01-01', '2031-01-01');
  const request = { names: ['podherald', 'podherald.ns.svc'], addresses: ['10.0.0.1', 'fd00::1'] };
  const pair = await issue(authority, { ...request, ...LIFE });
  return {
    authority: new X509Certificate(authority.cert),
    leaf: new X509Certificate(pair.cert),
    pair,
  };
}

describe('a certificate that a CA of podherald has signed', () => {
  it('is trusted by that CA, and by no other one of the same name', async () => {
    const { authority, leaf } = await issued();
    const other = new X509Certificate((await ca('2030-01-01', '2031-01-01')).cert);

    expect(leaf.checkIssued(authority)).toBe(true);
    expect(leaf.verify(authority.publicKey)).toBe(true);
    expect(other.subject).toBe(authority.subject);
    expect(leaf.checkIssued(other)).toBe(false);
  });

  it('is not a CA itself, and serves the requested names and addresses', async () => {
    const { leaf } = await issued();

    expect(leaf.ca).toBe(false);
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(leaf.subjectAltName).toBe(
      'DNS:podherald, DNS:podherald.ns.svc, IP Address:10.0.0.1, IP Address:FD00:0:0:0:0:0:0:1',
    );
  });

  it('has a key of its own and the requested lifetime', async () => {
    const { leaf, pair } = await issued();

    expect(leaf.checkPrivateKey(createPrivateKey(pair.key))).toBe(true);
    expect(new Date(leaf.validFrom)).toEqual(LIFE.notBefore);
    expect(new Date(leaf.validTo)).toEqual(LIFE.notAfter);
  });
});

describe('a lifetime', () => {
  it.each([
    [365 * 24 * 3600, 3600],
    [30, 3],
  ])('of %i s starts %i s before now, for clocks that are behind', (seconds, backSeconds) => {
    const now = new Date('2030-01-01T00:00:00Z');
    const { notBefore, notAfter } = lifetimeFrom(now, seconds * 1000);

    expect(now.getTime() - notBefore.getTime()).toBe(backSeconds * 1000);
    expect(notAfter.getTime() - now.getTime()).toBe(seconds * 1000);
  });
});

const NOW = new Date('2030-06-01T00:00:00Z');
const [young, old, past] = [
  (await ca('2030-05-01', '2031-05-01')).cert,
  (await ca('2029-08-01', '2030-08-01')).cert,
  (await ca('2029-06-01', '2030-05-31T23:58:00Z')).cert,
];
const read = readCaCertificates;

function size(bundle: string): number {
  return bundle.split('BEGIN CERTIFICATE').length - 1;
}

describe('the caBundle', () => {
  it('is the same for every replica: the youngest CA first, without duplicates', () => {
    const one = bundleOf(read(young + old + old), read(young), NOW);
    const other = bundleOf(read(old), read(old + young), NOW);

    expect(one).toBe(other);
    expect(read(one)).toEqual(read(young + old));
  });

  it('keeps a trusted CA that this replica does not know', () => {
    expect(read(bundleOf(read(young), read(old), NOW))).toEqual(read(young + old));
  });

  it('gets no expired CA, and loses one only once it has expired by every clock', () => {
    const [at, later] = [NOW, new Date(NOW.getTime() + 59 * 60_000)];

    expect(size(bundleOf(read(past), [], at))).toBe(0);
    expect(size(bundleOf([], read(past), at))).toBe(1);
    expect(size(bundleOf([], read(past), later))).toBe(0);
  });

  it('loses a CA that podherald did not make', async () => {
    const stranger = (await makePair()).cert;

    expect(read(`${stranger}garbage${young}`)).toEqual(read(young));
  });

  it('has a limited number of CAs', async () => {
    const many = await Promise.all(
      Array.from({ length: 12 }, (_, day) => ca(`2030-05-${10 + day}`, '2031-05-01')),
    );
    const bundle = bundleOf(read(many.map(({ cert }) => cert).join('')), [], NOW);

    expect(size(bundle)).toBe(10);
    expect(read(bundle)[0]?.notBefore).toEqual(new Date('2030-05-21'));
  });
});
