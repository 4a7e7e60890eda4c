import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../support/certificates.ts';
import { mountedFolder } from '../support/mounted-folder.ts';

/** A folder with a `config.yaml`. */
export interface ConfigFolder {
  readonly file: string;
  write(text: string): void;
}

/** As somebody writes the file by hand. */
export function configFolder(text: string): ConfigFolder {
  const file = join(makeFolder(), 'config.yaml');
  const write = (next: string): void => writeFileSync(file, next);
  write(text);
  return { file, write };
}

/** As kubelet mounts a ConfigMap. */
export function mountedConfigMap(text: string): ConfigFolder {
  const { folder, write } = mountedFolder(makeFolder(), { 'config.yaml': text });
  return { file: join(folder, 'config.yaml'), write: (next) => write({ 'config.yaml': next }) };
}
