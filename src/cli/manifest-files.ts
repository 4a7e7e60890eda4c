import {
  chmod,
  chown,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { extname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { Rules } from '../core/decision/rules.ts';
import { AppError, readFailure } from '../errors.ts';
import { joinManifests, type ManifestRemark } from '../manifests/documents.ts';
import { noteText, type Output } from './output.ts';

export interface InPlaceFlags extends RecursiveFlags {
  readonly filename: readonly string[];
  readonly inPlace?: true;
}

/** Adds `--in-place`. */
export function addInPlace(command: Command): Command {
  return command.option(
    '-i, --in-place',
    'write each manifest back into its file, instead of all of them to standard output. If one manifest has an error, no file changes',
  );
}

/** @throws AppError `usage` if standard input would have to be written. */
export function checkInPlace({ filename, inPlace }: InPlaceFlags): void {
  if (inPlace && filename.includes('-')) {
    throw new AppError('usage', '--in-place cannot write standard input; pass files with -f');
  }
}

/** The text of a file, and the name that messages give it. */
export interface ManifestFile {
  /** The path as it was given, or `standard input`. */
  readonly name: string;
  readonly text: string;
}

/** What kubectl reads in a folder. */
const EXTENSIONS = ['.yaml', '.yml', '.json'];

/**
 * Reads files, and the manifests in folders, in the order of their names.
 *
 * @param names of files and folders; `-` is standard input.
 * @throws AppError `file` if something cannot be read, or a folder contains no manifests.
 */
export async function readManifests(
  names: readonly string[],
  { recursive = false }: RecursiveFlags = {},
): Promise<ManifestFile[]> {
  const files = await Promise.all(names.map((name) => filesIn(name, recursive)));
  return Promise.all(files.flat().map(readManifest));
}

/** The flag that includes the folders in a folder. */
export interface RecursiveFlags {
  readonly recursive?: true | false;
}

/** The file itself, or the manifests in the folder. */
async function filesIn(name: string, recursive: boolean): Promise<readonly string[]> {
  const found = name === '-' ? undefined : await stat(name).catch(() => undefined);
  if (found === undefined || !found.isDirectory()) return [name];
  const entries = await readdir(name, { recursive, withFileTypes: true }).catch((cause) => {
    throw new AppError('file', `cannot read ${name}: ${readFailure(cause)}`, { cause });
  });
  const files = entries
    .filter((entry) => !entry.isDirectory() && EXTENSIONS.includes(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name));
  if (files.length > 0) return files.sort();
  const hint = recursive ? '' : '; --recursive includes the folders in it';
  throw new AppError('file', `${name} contains no ${EXTENSIONS.join(', ')} files${hint}`);
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

/** A file with its edited text, and the text that it had. */
export interface EditedFile extends ManifestFile {
  readonly original: string;
}

/**
 * Writes the edited manifests to standard output, as one stream of documents, or each into its file.
 *
 * @throws AppError `file` if a file cannot be written. It then has its old content.
 */
export async function writeManifests(
  files: readonly EditedFile[],
  { inPlace }: InPlaceFlags,
  output: Output,
): Promise<void> {
  if (!inPlace) {
    output.out(joinManifests(files.map(({ text }) => text)));
    return;
  }
  for (const { name, original, text } of files) {
    if (text === original) continue;
    await replaceFile(name, text);
    output.note(noteText(`wrote ${name}`));
  }
}

/** Replaces the content of a file at once: a crash or a full disk leaves the old text. */
async function replaceFile(name: string, text: string): Promise<void> {
  try {
    // A symbolic link stays one.
    const file = await realpath(name);
    const { mode, uid, gid } = await stat(file);
    const beside = `${file}.podherald-${process.pid}`;
    try {
      await writeFile(beside, text, { flag: 'wx' });
      await chmod(beside, mode);
      // Only root may give a file away. Others own the new file, as with `sed -i`.
      await chown(beside, uid, gid).catch(() => {});
      await rename(beside, file);
    } finally {
      await rm(beside, { force: true });
    }
  } catch (cause) {
    throw new AppError('file', `cannot write ${name}: ${readFailure(cause)}`, { cause });
  }
}
