import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { Rules } from '../core/decision/rules.ts';
import { AppError, readFailure } from '../errors.ts';
import type { ManifestRemark } from '../manifests/documents.ts';

/** The text of a file, and the name that messages give it. */
export interface ManifestFile {
  /** The path as it was given, or `standard input`. */
  readonly name: string;
  readonly text: string;
}

/**
 * Reads a file, or standard input for `-`. The text keeps every byte, a byte order mark too, so
 * that it can be written as it was.
 *
 * @throws AppError `file` if it cannot be read or is not UTF-8.
 */
export async function readManifest(file: string): Promise<ManifestFile> {
  const name = file === '-' ? 'standard input' : file;
  try {
    const bytes = file === '-' ? await buffer(process.stdin) : await readFile(file);
    return { name, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (cause) {
    throw new AppError('file', `cannot read ${name}: ${readFailure(cause)}`, { cause });
  }
}

/**
 * The rules for pods in manifests. The API server has not added the mounts of ServiceAccount
 * tokens to these pods yet.
 */
export function manifestRules(rules: Rules, serverVersion = rules.ambassador.serverVersion): Rules {
  return { ...rules, stage: 'manifest', ambassador: { ...rules.ambassador, serverVersion } };
}

/** Remarks as lines with their location: `web.yaml:12: …`. */
export function located(file: string, remarks: readonly ManifestRemark[]): string[] {
  return remarks.map(({ line, message }) => `${file}:${line}: ${message}`);
}
