import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type KeyPair, selfSigned } from '../../src/webhook/tls/certificate.ts';
import { mountedFolder } from './mounted-folder.ts';

export const NOT_BEFORE = new Date('2020-01-01T00:00:00Z');
export const NOT_AFTER = new Date('2040-01-01T00:00:00Z');

/** A self-signed certificate and key for 127.0.0.1. */
export function makePair(name = 'localhost'): Promise<KeyPair> {
  return selfSigned({
    names: [name],
    addresses: ['127.0.0.1'],
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
  });
}

/** Makes an empty folder, and removes it after the test. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'podherald-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** The paths of `tls.crt` and `tls.key` in a folder. */
export interface PairFolder {
  readonly cert: string;
  readonly key: string;
  write(pair: KeyPair): void;
}

/** Writes a certificate and key as plain files. */
export function pairFolder(pair: KeyPair): PairFolder {
  const folder = makeFolder();
  const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const write = (next: KeyPair): void => {
    writeFileSync(cert, next.cert);
    writeFileSync(key, next.key);
  };
  write(pair);
  return { cert, key, write };
}

/** Writes a certificate and key as kubelet mounts a Secret. */
export function mountedSecret(pair: KeyPair): PairFolder {
  const filesOf = ({ cert, key }: KeyPair) => ({ 'tls.crt': cert, 'tls.key': key });
  const { folder, write } = mountedFolder(makeFolder(), filesOf(pair));
  const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  return { cert, key, write: (next) => write(filesOf(next)) };
}
