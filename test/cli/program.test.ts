import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/version.ts';
import { makeFolder } from '../support/certificates.ts';
import { podherald } from '../support/run-command.ts';
import { runProgram, shell } from '../support/run-program.ts';

/** A pod that asks for its metadata. */
const POD = `apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations:
    inject-metadata: "true"
spec:
  containers:
  - name: app
`;

function file(content: string): string {
  const path = join(makeFolder(), 'pod.yaml');
  writeFileSync(path, content);
  return path;
}

describe('podherald as a process', () => {
  it.each<[string, readonly string[], string, number]>([
    ['success', ['--version'], '', 0],
    ['help', ['--help'], '', 0],
    ['a manifest from standard input', ['inject', '-f', '-'], POD, 0],
    ['a missing file', ['inject', '-f', 'no/such/file.yaml'], '', 1],
    ['an invalid manifest', ['inject', '-f', '-'], 'inject-metadata: [', 1],
    ['no command', [], '', 2],
    ['an unknown command', ['serv'], '', 2],
    ['an unknown option', ['inject', '-f', '-', '--nope'], '', 2],
  ])('ends and writes as it does in tests that start no process: %s', async (...row) => {
    const [, args, stdin, code] = row;
    const ended = await runProgram(args, stdin);

    expect(ended.code).toBe(code);
    expect(ended).toEqual(await podherald(args, stdin));
  });

  it('prints its version', async () => {
    expect((await runProgram(['--version'])).stdout).toBe(`${VERSION}\n`);
  });

  it('reads PODHERALD_CONFIG', async () => {
    const config = file('profiles: {default: {env: {B: metadata.uid}}}\n');
    const { stdout } = await runProgram(['inject', '-f', '-'], POD, { PODHERALD_CONFIG: config });

    expect(stdout).toContain('name: B\n');
  });

  it('works in a pipeline of itself, each process waiting for the one before it', async () => {
    const again = 'podherald inject -f -';
    const { code, stdout } = await shell(`podherald inject -f ${file(POD)} | ${again} | ${again}`);

    expect(code).toBe(0);
    expect(stdout).toBe((await podherald(['inject', '-f', '-'], POD)).stdout);
  });

  it('shows no stack trace if the next program of a pipeline stops reading', async () => {
    const long = file(`# first\nkind: ConfigMap\n${'# a long comment\n'.repeat(100_000)}`);
    const { stdout, stderr } = await shell(`podherald inject -f ${long} | head -n 1`);

    expect(stdout).toBe('# first\n');
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('writes no colours to a pipe', async () => {
    const { stdout, stderr } = await runProgram(['inject', '-f', '-'], POD);

    expect(stdout + stderr).not.toContain('\u001b');
  });
});
