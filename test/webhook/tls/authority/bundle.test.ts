import { describe, expect, it } from 'vitest';
import { readAuthorityCertificates } from '../../../../src/webhook/tls/authority/authority-certificate.ts';
import { bundleOf } from '../../../../src/webhook/tls/authority/bundle.ts';
import { makePair } from '../../../support/certificates.ts';
import { ca } from './secrets.ts';

const NOW = new Date('2030-06-01T00:00:00Z');
const [young, old, past] = [
  (await ca('2030-05-01', '2031-05-01')).cert,
  (await ca('2029-08-01', '2030-08-01')).cert,
  (await ca('2029-06-01', '2030-05-31T23:58:00Z')).cert,
];
const read = readAuthorityCertificates;

function size(bundle: string): number {
  return bundle.split('BEGIN CERTIFICATE').length - 1;
}

describe('the bundle', () => {
  it('is the same whoever puts it together, the youngest first, each once', () => {
    const one = bundleOf(read(young + old + old), read(young), NOW);
    const other = bundleOf(read(old), read(old + young), NOW);

    expect(one).toBe(other);
    expect(read(one)).toEqual(read(young + old));
  });

  it('keeps what is trusted already, though nobody here knows it', () => {
    expect(read(bundleOf(read(young), read(old), NOW))).toEqual(read(young + old));
  });

  it('takes no expired CA in, and out only once it has expired by every clock', () => {
    const [at, later] = [NOW, new Date(NOW.getTime() + 59 * 60_000)];

    expect(size(bundleOf(read(past), [], at))).toBe(0);
    expect(size(bundleOf([], read(past), at))).toBe(1);
    expect(size(bundleOf([], read(past), later))).toBe(0);
  });

  it('drops what is no CA of ours', async () => {
    const stranger = (await makePair()).cert;

    expect(read(`${stranger}garbage${young}`)).toEqual(read(young));
  });

  it('does not grow for ever', async () => {
    const many = await Promise.all(
      Array.from({ length: 12 }, (_, day) => ca(`2030-05-${10 + day}`, '2031-05-01')),
    );
    const bundle = bundleOf(read(many.map(({ cert }) => cert).join('')), [], NOW);

    expect(size(bundle)).toBe(10);
    expect(read(bundle)[0]?.notBefore).toEqual(new Date('2030-05-21'));
  });
});
