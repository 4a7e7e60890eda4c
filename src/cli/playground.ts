import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { PlaygroundFile } from '../webhook/server/admin.ts';

/** Where `npm run playground` writes it, and the package has it. */
const FOLDER = new URL('../../site/dist/playground/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** Reads the files of the playground. @returns undefined if it has not been built. */
export async function readPlayground(): Promise<ReadonlyMap<string, PlaygroundFile> | undefined> {
  const names = await readdir(FOLDER).catch(() => undefined);
  if (names === undefined) return undefined;
  const files = names.map(async (name): Promise<[string, PlaygroundFile]> => {
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    return [name, { type, bytes: await readFile(new URL(name, FOLDER)) }];
  });
  return new Map(await Promise.all(files));
}
