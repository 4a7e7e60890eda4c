import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeFolder } from '../support/certificates.ts';

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

/**
 * As kubelet mounts a ConfigMap: the file is a link through the link `..data`, which one rename
 * points at another folder (kubernetes pkg/volume/util/atomic_writer.go).
 */
export function mountedConfigMap(text: string): ConfigFolder {
  const folder = makeFolder();
  let version = 0;
  const write = (next: string): void => {
    version += 1;
    const data = join(folder, `..2030_01_0${version}`);
    mkdirSync(data);
    writeFileSync(join(data, 'config.yaml'), next);
    symlinkSync(basename(data), join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  };
  write(text);
  symlinkSync('..data/config.yaml', join(folder, 'config.yaml'));
  return { file: join(folder, 'config.yaml'), write };
}
