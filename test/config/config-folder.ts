import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../support/certificates.ts';
import { mountedFolder } from '../support/mounted-folder.ts';

/** A `config.yaml` in a folder of its own. */
export interface ConfigFolder {
  readonly file: string;
  write(text: string): void;
}

/** Writes the file in place. */
export function configFolder(text: string): ConfigFolder {
  const file = join(makeFolder(), 'config.yaml');
  const write = (next: string): void => writeFileSync(file, next);
  write(text);
  return { file, write };
}

/** Writes the file as the kubelet updates a mounted ConfigMap. */
export function mountedConfigMap(text: string): ConfigFolder {
  const { folder, write } = mountedFolder(makeFolder(), { 'config.yaml': text });
  return { file: join(folder, 'config.yaml'), write: (next) => write({ 'config.yaml': next }) };
}
