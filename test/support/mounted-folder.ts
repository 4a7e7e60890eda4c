import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

type Files = Readonly<Record<string, string>>;

/**
 * Writes files as kubelet mounts a ConfigMap or a Secret: each file is a link through the link
 * `..data`, and a change replaces `..data` with one rename (kubernetes
 * pkg/volume/util/atomic_writer.go).
 */
export function mountedFolder(
  folder: string,
  files: Files,
): { readonly folder: string; write(files: Files): void } {
  let version = 0;
  const write = (next: Files): void => {
    version += 1;
    const data = join(folder, `..2030_01_0${version}`);
    mkdirSync(data);
    for (const [name, text] of Object.entries(next)) writeFileSync(join(data, name), text);
    symlinkSync(basename(data), join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  };
  write(files);
  for (const name of Object.keys(files)) symlinkSync(`..data/${name}`, join(folder, name));
  return { folder, write };
}
