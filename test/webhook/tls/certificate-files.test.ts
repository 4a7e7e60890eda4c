import { rmSync, writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { type KeyPair, selfSigned } from '../../../src/webhook/tls/certificate.ts';
import { certificateFiles } from '../../../src/webhook/tls/certificate-source.ts';
import {
  makePair,
  mountedSecret,
  type PairFolder,
  pairFolder,
} from '../../support/certificates.ts';

const now = (): Date => new Date('2030-01-01');

const PEM_OF_NOTHING = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

function pairFor(lifetime: {
  readonly notBefore: Date;
  readonly notAfter: Date;
}): Promise<KeyPair> {
  return selfSigned({ names: ['localhost'], addresses: [], ...lifetime });
}

function errorOf(files: Pick<PairFolder, 'cert' | 'key'>): AppError {
  try {
    certificateFiles(files.cert, files.key, now);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the files were taken');
}

/** A source with promises for its next pair and its next fault. */
function watched(files: PairFolder, date = now()) {
  const change = Promise.withResolvers<KeyPair>();
  const complaint = Promise.withResolvers<AppError>();
  const source = certificateFiles(files.cert, files.key, () => date);
  source.start(change.resolve, (error) => error && complaint.resolve(error));
  onTestFinished(() => source.stop());
  return { source, change: change.promise, complaint: complaint.promise };
}

describe('files that cannot be served at the start', () => {
  it.each<['cert' | 'key', string, (file: string) => void]>([
    ['cert', 'missing', (file) => rmSync(file)],
    ['key', 'missing', (file) => rmSync(file)],
    ['cert', 'empty', (file) => writeFileSync(file, '')],
    ['key', 'empty', (file) => writeFileSync(file, '')],
    ['cert', 'garbage', (file) => writeFileSync(file, 'garbage\n')],
    ['key', 'garbage', (file) => writeFileSync(file, 'garbage\n')],
    ['cert', 'PEM of nothing', (file) => writeFileSync(file, PEM_OF_NOTHING)],
    ['key', 'a certificate', (file) => writeFileSync(file, PEM_OF_NOTHING)],
  ])('are reported with the name of the file: %s, %s', async (which, _, spoil) => {
    const files = pairFolder(await makePair());
    spoil(files[which]);
    const error = errorOf(files);

    expect(error.code).toBe('certificate');
    expect(error.message).toContain(files[which]);
  });

  it('are reported if the key belongs to another certificate', async () => {
    const [one, other] = [await makePair(), await makePair()];
    const files = pairFolder({ cert: one.cert, key: other.key });
    const error = errorOf(files);

    expect(error.code).toBe('certificate');
    expect(error.message).toBe(
      `the key in ${files.key} does not belong to the certificate in ${files.cert}`,
    );
  });

  it('are reported if the two were swapped', async () => {
    const files = pairFolder(await makePair());

    expect(errorOf({ cert: files.key, key: files.cert }).code).toBe('certificate');
  });

  it('are reported without a word of the key', async () => {
    const { cert, key } = await makePair();
    const files = pairFolder({ cert, key: key.replace('BEGIN PRIVATE', 'BEGIN EC PRIVATE') });
    const { message, cause } = errorOf(files);

    expect(`${message} ${cause}`).not.toContain(key.split('\n')[1]);
  });
});

describe.each([
  ['written in place', pairFolder],
  ['in a mounted Secret, whose ..data link is swapped', mountedSecret],
])('files %s', (_, makeFiles) => {
  it('are served from the start', async () => {
    const pair = await makePair();

    expect(watched(makeFiles(pair)).source.get()).toEqual(pair);
  });

  it('are read again when they change', async () => {
    const next = await makePair();
    const files = makeFiles(await makePair());
    const { source, change } = watched(files);
    files.write(next);

    expect(await change).toEqual(next);
    expect(source.get()).toEqual(next);
  });

  it('keep the last valid pair if the new one is invalid, and report it', async () => {
    const [good, next] = [await makePair(), await makePair()];
    const files = makeFiles(good);
    const { source, complaint, change } = watched(files);
    files.write({ cert: good.cert, key: 'garbage' });

    expect((await complaint).code).toBe('certificate');
    expect(source.get()).toEqual(good);

    files.write(next);

    expect(await change).toEqual(next);
  });
});

describe('a certificate that is not valid now', () => {
  const expired = { notBefore: new Date('2020-01-01'), notAfter: new Date('2029-12-31') };
  const future = { notBefore: new Date('2030-01-02'), notAfter: new Date('2040-01-01') };

  it.each([
    ['expired', expired, /tls\.crt: the certificate expired on Dec 31 .* 2029/],
    ['not yet valid', future, /tls\.crt: the certificate is not valid before Jan {2}2 .* 2030/],
  ])('does not replace a valid one: %s', async (_, lifetime, words) => {
    const [good, next] = [await makePair(), await makePair()];
    const files = mountedSecret(good);
    const { source, complaint, change } = watched(files);
    files.write(await pairFor(lifetime));

    expect((await complaint).message).toMatch(words);
    expect(source.get()).toEqual(good);

    files.write(next);

    expect(await change).toEqual(next);
  });

  it('is reported once, and served as soon as it is valid', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    let date = now();
    const files = pairFolder(await makePair());
    const source = certificateFiles(files.cert, files.key, () => date);
    onTestFinished(() => source.stop());
    const served: KeyPair[] = [];
    const complaints: string[] = [];
    source.start(
      (pair) => served.push(pair),
      (error) => complaints.push(String(error?.message)),
    );
    const pair = await pairFor(future);
    files.write(pair);
    vi.advanceTimersByTime(60_000);

    expect({ served, complaints: complaints.length }).toEqual({ served: [], complaints: 1 });

    date = new Date('2030-01-03');
    vi.advanceTimersByTime(10_000);

    expect(served).toEqual([pair]);
    expect(source.get()).toEqual(pair);
  });

  it.each([
    ['expired', expired],
    ['not yet valid', future],
  ])(
    'is served from the start, so that the replica can say what is wrong: %s',
    async (_, lifetime) => {
      const pair = await pairFor(lifetime);

      expect(watched(pairFolder(pair)).source.get()).toEqual(pair);
    },
  );

  it('replaces another one that is not valid', async () => {
    const next = await pairFor(future);
    const files = mountedSecret(await pairFor(expired));
    const { change } = watched(files);
    files.write(next);

    expect(await change).toEqual(next);
  });

  it('stays in use after it has expired', async () => {
    const pair = await pairFor(expired);
    const files = mountedSecret(pair);
    const { source, complaint } = watched(files);
    files.write({ cert: 'garbage', key: pair.key });
    await complaint;

    expect(source.get()).toEqual(pair);
  });
});

it('any bytes in the files keep the last valid pair', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const pair = await makePair();
  const files = pairFolder(pair);
  const source = certificateFiles(files.cert, files.key, now);
  onTestFinished(() => source.stop());
  source.start(() => {});
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.string().map((text) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`),
    fc.nat(pair.cert.length - 1).map((length) => pair.cert.slice(0, length)),
  );
  fc.assert(
    fc.property(bytes, bytes, fc.boolean(), (cert, key, isKeyKept) => {
      writeFileSync(files.cert, cert);
      writeFileSync(files.key, isKeyKept ? pair.key : key);
      vi.advanceTimersByTime(10_000);
      expect(source.get()).toEqual(pair);
    }),
    { numRuns: 200 },
  );
});

describe('a mounted Secret', () => {
  it('is never read half changed', async () => {
    const complaints: AppError[] = [];
    const files = mountedSecret(await makePair());
    const source = certificateFiles(files.cert, files.key, now);
    onTestFinished(() => source.stop());
    const next = await makePair();
    const change = new Promise((resolve) =>
      source.start(resolve, (error) => error && complaints.push(error)),
    );
    files.write(next);
    await change;

    expect(complaints).toEqual([]);
  });
});

describe('a stopped source', () => {
  it('reports no more changes', async () => {
    const files = mountedSecret(await makePair());
    const [stopped, running] = [watched(files), watched(files)];
    let heard = false;
    void stopped.change.then(() => {
      heard = true;
    });
    stopped.source.stop();
    files.write(await makePair());
    await running.change;

    expect(heard).toBe(false);
  });
});
