import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type KeyPair, selfSigned } from '../../src/webhook/tls/certificate.ts';
import { mountedFolder } from './mounted-folder.ts';

export const NOT_BEFORE = new Date('2020-01-01T00:00:00Z');
export const NOT_AFTER = new Date('2040-01-01T00:00:00Z');

/** A pair that clients of 127.0.0.1 can trust while the tests run. */
export function makePair(name = 'localhost'): Promise<KeyPair> {
  return selfSigned({
    names: [name],
    addresses: ['127.0.0.1'],
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
  });
}

/** An empty folder that is gone after the test. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'podherald-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A folder with `tls.crt` and `tls.key`, as somebody writes them by hand. */
export interface PairFolder {
  readonly cert: string;
  readonly key: string;
  write(pair: KeyPair): void;
}

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

/** The same as kubelet mounts a Secret. */
export function mountedSecret(pair: KeyPair): PairFolder {
  const filesOf = ({ cert, key }: KeyPair) => ({ 'tls.crt': cert, 'tls.key': key });
  const { folder, write } = mountedFolder(makeFolder(), filesOf(pair));
  const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  return { cert, key, write: (next) => write(filesOf(next)) };
}
