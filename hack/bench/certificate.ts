import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from '../../src/webhook/tls/certificate.ts';
import type { Workspace } from './servers.ts';

const DAY_MS = 86_400_000;

/** A temporary folder with a certificate for 127.0.0.1. */
export async function makeWorkspace(): Promise<Workspace> {
  const nowMs = Date.now();
  const { cert, key } = await selfSigned({
    names: ['podherald-bench'],
    addresses: ['127.0.0.1'],
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + DAY_MS),
  });
  const folder = mkdtempSync(join(tmpdir(), 'podherald-bench-'));
  const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key, { mode: 0o600 });
  return { folder, certFile, keyFile, ca: cert };
}
