import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import { AppError } from '../../errors.ts';
import { watchFolder } from '../../watch-folder.ts';
import type { KeyPair } from './certificate.ts';
import type { CertificateSource } from './source.ts';

/**
 * A certificate and a key in files, such as a mounted Secret. The folders are watched, not the
 * files: kubelet changes a mounted Secret by swapping the `..data` link beside them.
 *
 * @param onBroken told when a change leaves files that cannot be served; the last pair stays.
 * @throws AppError `certificate` where the files cannot be served at the start.
 */
export function certificateFiles(
  certFile: string,
  keyFile: string,
  onBroken: (error: AppError) => void,
): CertificateSource {
  let pair = readPair(certFile, keyFile);
  let stops: (() => void)[] = [];
  let lastFault: string | undefined;
  const reload = (onChange: (pair: KeyPair) => void): void => {
    try {
      const next = readPair(certFile, keyFile);
      lastFault = undefined;
      if (next.cert === pair.cert && next.key === pair.key) return;
      pair = next;
      onChange(next);
    } catch (error) {
      // The folder is looked at again and again, and one fault is to be told once.
      const { message } = error as AppError;
      if (message !== lastFault) onBroken(error as AppError);
      lastFault = message;
    }
  };
  return {
    get: () => pair,
    start(onChange) {
      const folders = new Set([dirname(certFile), dirname(keyFile)]);
      stops = [...folders].map((folder) => watchFolder(folder, () => reload(onChange)));
    },
    stop() {
      for (const stop of stops) stop();
    },
  };
}

function readPair(certFile: string, keyFile: string): KeyPair {
  const cert = readPem(certFile);
  const key = readPem(keyFile);
  const certificate = parse(certFile, () => new X509Certificate(cert));
  const privateKey = parse(keyFile, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new AppError('certificate', `${keyFile} is not the key of the certificate ${certFile}`);
  }
  parse(certFile, () => createSecureContext({ cert, key }));
  return { cert, key };
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AppError('certificate', `cannot read ${file}: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function parse<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const why = (cause as Error).message;
    throw new AppError('certificate', `${file} is not PEM that can be served (${why})`, { cause });
  }
}
