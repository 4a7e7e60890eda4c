import type { CaSecretData } from '../../../../src/cluster/ca-secret.ts';
import type { KeyPair } from '../../../../src/webhook/tls/certificate.ts';
import { makeCa } from '../../../../src/webhook/tls/self-managed/ca-certificate.ts';
import type { Lifetime } from '../../../../src/webhook/tls/self-managed/timing.ts';
import { makePair } from '../../../support/certificates.ts';

export async function ca(from: string, to: string): Promise<KeyPair> {
  return makeCa({ notBefore: new Date(from), notAfter: new Date(to) });
}

export function secretOf({ cert, key }: KeyPair, trusted = cert): Required<CaSecretData> {
  return { 'tls.crt': cert, 'tls.key': key, 'ca.crt': trusted };
}

/** Secrets without a CA that can be used in 2030, by what is wrong with them. */
export async function badSecrets(): Promise<Record<string, CaSecretData>> {
  const good = await ca('2030-01-01', '2040-01-01');
  const other = await ca('2030-01-01', '2040-01-01');
  const stranger = await makePair();
  const garbage = { 'tls.crt': 'cert', 'tls.key': 'secret', 'ca.crt': 'cert' };
  return {
    'nothing in it': {},
    'no certificate': { 'tls.key': good.key, 'ca.crt': good.cert },
    'no key': { 'tls.crt': good.cert, 'ca.crt': good.cert },
    'an empty key': { ...secretOf(good), 'tls.key': '' },
    garbage,
    'PEM of nothing': {
      ...secretOf(good),
      'tls.crt': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    },
    'the key of another CA': { ...secretOf(good), 'tls.key': other.key },
    'a certificate where the key should be': { ...secretOf(good), 'tls.key': good.cert },
    'a certificate of no CA': secretOf(stranger),
    'an expired CA': secretOf(await ca('2028-01-01', '2029-01-01')),
    'a CA of the future': secretOf(await ca('2090-01-01', '2099-01-01')),
  } satisfies Record<string, CaSecretData> & Record<string, Partial<Lifetime> | object>;
}
