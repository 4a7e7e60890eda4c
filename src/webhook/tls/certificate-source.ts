import { createPrivateKey, X509Certificate } from 'node:crypto';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import { AppError, readFailure } from '../../errors.ts';
import { readSmallFile } from '../../read-file.ts';
import { watchFolder } from '../../watch-folder.ts';
import type { KeyPair } from './certificate.ts';

/** Where the serving certificate comes from, and how it is replaced while podherald runs. */
export interface CertificateSource {
  /** The pair to serve now; undefined until there is a first one. */
  get(): KeyPair | undefined;
  /**
   * Calls back with each later pair, until `stop`.
   *
   * @param onFailure called once for each reason why there is no new pair. The last pair stays in use.
   *   The error is undefined if the source has logged it.
   */
  start(onChange: (pair: KeyPair) => void, onFailure?: (error?: AppError) => void): void;
  stop(): void;
  /** A reason other than the pair why this replica should not get reviews; undefined if there is none. */
  readonly notReady?: () => string | undefined;
}

/** A certificate that never changes. */
export function fixedCertificate(pair: KeyPair): CertificateSource {
  return { get: () => pair, start: () => {}, stop: () => {} };
}

/** When the certificate expires. */
export function expiryOf(pair: KeyPair): Date {
  return new Date(new X509Certificate(pair.cert).validTo);
}

/** @returns undefined, or why the pair cannot be served at that time. */
export function invalidAt(pair: KeyPair, now: Date): string | undefined {
  const { validFrom, validTo } = new X509Certificate(pair.cert);
  if (now > new Date(validTo))
    return `the certificate expired on ${validTo} and has not been renewed`;
  if (now < new Date(validFrom)) return `the certificate is not valid before ${validFrom}`;
  return undefined;
}

/**
 * A certificate and a key in files, such as a mounted Secret. The folders are watched, not the
 * files: kubelet updates a mounted Secret by swapping the `..data` link beside them.
 *
 * An expired or not yet valid certificate does not replace a valid one. The files are read every 10 s,
 * so it does as soon as it becomes valid.
 *
 * @throws AppError `certificate` if the files cannot be served at the start. An expired certificate
 *   can, so that the replica runs and says on `/readyz` what is wrong.
 */
export function certificateFiles(
  certFile: string,
  keyFile: string,
  now: () => Date,
): CertificateSource {
  let pair = readPair(certFile, keyFile);
  let stops: (() => void)[] = [];
  let lastFault: string | undefined;
  const reload: CertificateSource['start'] = (onChange, onFailure) => {
    try {
      const next = readPair(certFile, keyFile);
      if (next.cert !== pair.cert || next.key !== pair.key) {
        checkValidity(certFile, next, pair, now());
        onChange(next);
        pair = next;
      }
      lastFault = undefined;
    } catch (error) {
      // The folder is polled, and one fault must be reported once.
      const { message } = error as AppError;
      if (message !== lastFault) onFailure?.(error as AppError);
      lastFault = message;
    }
  };
  return {
    get: () => pair,
    start(onChange, onFailure) {
      const folders = new Set([dirname(certFile), dirname(keyFile)]);
      stops = [...folders].map((folder) => watchFolder(folder, () => reload(onChange, onFailure)));
    },
    stop() {
      for (const stop of stops) stop();
    },
  };
}

/** @throws AppError `certificate` if the next pair is not valid now, but the current one is. */
function checkValidity(certFile: string, next: KeyPair, current: KeyPair, now: Date): void {
  const why = invalidAt(next, now);
  if (why === undefined || invalidAt(current, now) !== undefined) return;
  throw new AppError('certificate', `${certFile}: ${why}`);
}

function readPair(certFile: string, keyFile: string): KeyPair {
  const cert = readPem(certFile);
  const key = readPem(keyFile);
  const certificate = parse(certFile, () => new X509Certificate(cert));
  const privateKey = parse(keyFile, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new AppError(
      'certificate',
      `the key in ${keyFile} does not belong to the certificate in ${certFile}`,
    );
  }
  parse(certFile, () => createSecureContext({ cert, key }));
  return { cert, key };
}

function readPem(file: string): string {
  try {
    return readSmallFile(file).toString('utf8');
  } catch (cause) {
    throw new AppError('certificate', `cannot read ${file}: ${readFailure(cause)}`, { cause });
  }
}

function parse<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const why = (cause as Error).message;
    throw new AppError(
      'certificate',
      `cannot use ${file}: expected a certificate or private key in PEM format (${why})`,
      { cause },
    );
  }
}
