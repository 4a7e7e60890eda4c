import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { AppError } from '../errors.ts';

/** A manifest as it was given, and what to call it. */
export interface ManifestFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Reads a file, or standard input for `-`, byte for byte: a text that is not UTF-8 could not be
 * written again as it was.
 *
 * @throws AppError `file`
 */
export async function readManifest(file: string): Promise<ManifestFile> {
  const name = file === '-' ? 'standard input' : file;
  const bytes = await readBytes(file, name);
  try {
    return { name, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (cause) {
    throw new AppError('file', `${name} is not UTF-8 text; convert it first`, { cause });
  }
}

async function readBytes(file: string, name: string): Promise<Uint8Array> {
  try {
    return file === '-' ? await buffer(process.stdin) : await readFile(file);
  } catch (cause) {
    throw new AppError('file', `cannot read ${name}: ${(cause as Error).message}`, { cause });
  }
}
