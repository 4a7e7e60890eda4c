import { X509Certificate } from 'node:crypto';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import { AppError, readFailure } from '../../errors.ts';
import { readSmallFile } from '../../read-file.ts';
import { watchFolder } from '../../watch-folder.ts';

/** The CAs whose clients may call the webhook. */
export interface ClientCaSource {
  /** PEM, of at least one certificate that has not expired. */
  get(): string;
  /** Calls back with each later text, until `stop`. */
  start(onChange: (pem: string) => void): void;
  stop(): void;
}

export interface ClientCaOptions {
  readonly now: () => Date;
  /** Called once for each reason why the changed file cannot be used; the last CAs stay in use. */
  readonly onInvalid: (error: AppError) => void;
}

/**
 * The CAs in a file, such as a mounted Secret. An empty or broken file never replaces valid CAs:
 * without CAs, Node.js would trust those of the public web.
 *
 * @throws AppError `certificate` if the file cannot be used at the start.
 */
export function clientCaFile(file: string, { now, onInvalid }: ClientCaOptions): ClientCaSource {
  let pem = readCas(file, now());
  let lastFault: string | undefined;
  let stop = (): void => {};
  const reload = (onChange: (pem: string) => void): void => {
    try {
      const next = readCas(file, now());
      lastFault = undefined;
      if (next === pem) return;
      onChange(next);
      pem = next;
    } catch (error) {
      // The folder is polled, and one fault must be reported once.
      const { message } = error as AppError;
      if (message !== lastFault) onInvalid(error as AppError);
      lastFault = message;
    }
  };
  return {
    get: () => pem,
    start(onChange) {
      // A file that changed since it was read is noticed by the poll.
      stop = watchFolder(dirname(file), () => reload(onChange));
    },
    stop: () => stop(),
  };
}

const BEGIN = '-----BEGIN CERTIFICATE-----';
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----/g;

function readCas(file: string, now: Date): string {
  const text = readText(file);
  const blocks = text.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) throw invalid(`${file} has no certificate in PEM`);
  if (text.split(BEGIN).length - 1 !== blocks.length) {
    throw invalid(`${file} has a certificate that is not complete`);
  }
  const pem = `${blocks.join('\n')}\n`;
  if (!parse(file, blocks).some(({ validTo }) => new Date(validTo) > now)) {
    throw invalid(`${file} has only certificates that have expired`);
  }
  return pem;
}

function parse(file: string, blocks: readonly string[]): X509Certificate[] {
  try {
    createSecureContext({ ca: [...blocks] });
    return blocks.map((block) => new X509Certificate(block));
  } catch (cause) {
    const why = (cause as Error).message;
    throw new AppError('certificate', `${file} is not PEM of certificates: ${why}`, { cause });
  }
}

function readText(file: string): string {
  try {
    return readSmallFile(file).toString('utf8');
  } catch (cause) {
    throw new AppError('certificate', `cannot read ${file}: ${readFailure(cause)}`, { cause });
  }
}

function invalid(message: string): AppError {
  return new AppError('certificate', message);
}
