import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../support/certificates.ts';
import { podherald } from '../support/run-command.ts';

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations: {inject-metadata: "true"}
spec:
  containers: [{name: app}]
`;
const OTHER = '# only a comment\nkind: ConfigMap\napiVersion: v1\n';

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = makeFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe('--in-place', () => {
  it('writes what would go to standard output into the file', async () => {
    const file = join(folderWith({ 'pod.yaml': POD }), 'pod.yaml');
    const { stdout: expected } = await podherald(['inject', '-f', file]);
    const { code, stdout, stderr } = await podherald(['inject', '-f', file, '--in-place']);

    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain(`podherald: wrote ${file}\n`);
    expect(readFileSync(file, 'utf8')).toBe(expected);
  });

  it('writes each file by itself, and only the files that change', async () => {
    const folder = folderWith({ 'pod.yaml': POD, 'other.yaml': OTHER });
    const [pod, other] = [join(folder, 'pod.yaml'), join(folder, 'other.yaml')];
    const { ino } = statSync(other);
    const { stderr } = await podherald(['inject', '-f', other, '-f', pod, '-i']);

    expect(readFileSync(pod, 'utf8')).toContain('POD_NAME');
    expect(readFileSync(other, 'utf8')).toBe(OTHER);
    expect(statSync(other).ino).toBe(ino);
    expect(stderr).not.toContain(`wrote ${other}`);
  });

  it('is undone by uninject --in-place', async () => {
    const file = join(folderWith({ 'pod.yaml': POD }), 'pod.yaml');
    await podherald(['inject', '-f', file, '-i']);
    await podherald(['uninject', '-f', file, '-i']);

    expect(readFileSync(file, 'utf8')).toBe(POD);
  });

  it('changes no file if one of them has an error', async () => {
    const folder = folderWith({ 'a.yaml': POD, 'b.yaml': POD.replace('"true"', '"A=b"') });
    const [good, bad] = [join(folder, 'a.yaml'), join(folder, 'b.yaml')];
    const { code } = await podherald(['inject', '-f', good, '-f', bad, '-i']);

    expect(code).toBe(1);
    expect(readFileSync(good, 'utf8')).toBe(POD);
  });

  it('keeps the mode of the file and a symbolic link, and leaves no other file', async () => {
    const folder = folderWith({ 'pod.yaml': POD });
    const [file, link] = [join(folder, 'pod.yaml'), join(folder, 'link.yaml')];
    chmodSync(file, 0o666);
    symlinkSync('pod.yaml', link);
    await podherald(['inject', '-f', link, '-i']);

    expect(readFileSync(file, 'utf8')).toContain('POD_NAME');
    expect(statSync(file).mode & 0o777).toBe(0o666);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['link.yaml', 'pod.yaml']);
  });

  it.each(['inject', 'uninject'])('of %s rejects standard input', async (command) => {
    const { code, stdout, stderr } = await podherald([command, '-f', '-', '-i'], POD);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--in-place cannot write standard input; pass files with -f');
  });
});
