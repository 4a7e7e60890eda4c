import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import type { KeyPair } from '../../../src/webhook/tls/certificate.ts';
import { certificateFiles } from '../../../src/webhook/tls/certificate-source.ts';
import {
  makePair,
  mountedSecret,
  type PairFolder,
  pairFolder,
} from '../../support/certificates.ts';

const PEM_OF_NOTHING = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

function errorOf(files: Pick<PairFolder, 'cert' | 'key'>): AppError {
  try {
    certificateFiles(files.cert, files.key, () => {});
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the files were taken');
}

/** A source with promises for its next pair and its next fault. */
function watched(files: PairFolder) {
  const change = Promise.withResolvers<KeyPair>();
  const complaint = Promise.withResolvers<AppError>();
  const source = certificateFiles(files.cert, files.key, complaint.resolve);
  source.start(change.resolve);
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

describe('a mounted Secret', () => {
  it('is never read half changed', async () => {
    const complaints: AppError[] = [];
    const files = mountedSecret(await makePair());
    const source = certificateFiles(files.cert, files.key, (error) => complaints.push(error));
    onTestFinished(() => source.stop());
    const next = await makePair();
    const change = new Promise((resolve) => source.start(resolve));
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
