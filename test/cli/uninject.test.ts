import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../support/certificates.ts';
import { podherald, shell } from '../support/run-program.ts';

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations:
    inject-metadata: "true"
spec:
  containers:
  - name: app # the only one
`;

describe('uninject', () => {
  it('gives back what inject was given, and tells what it took out', async () => {
    const injected = await podherald(['inject', '-f', '-'], POD);
    const { code, stdout, stderr } = await podherald(['uninject', '-f', '-'], injected.stdout);

    expect({ code, stdout }).toEqual({ code: 0, stdout: POD });
    expect(stderr).toBe('podherald: Pod web: cleaned, 7 variables, 1 volume, 1 annotation\n');
  });

  it('goes by the config that the manifest was injected by', async () => {
    const config = join(makeFolder(), 'config.yaml');
    writeFileSync(
      config,
      'apiVersion: podherald.dev/v1\nkind: Config\nmetadata: {path: /etc/pod, defaultProfile: network}\n',
    );
    const file = join(makeFolder(), 'pod.yaml');
    writeFileSync(file, POD);
    const flags = `--config ${config}`;
    const { code, stdout } = await shell(
      `podherald inject -f ${file} ${flags} | podherald uninject -f - ${flags}`,
    );

    expect({ code, stdout }).toEqual({ code: 0, stdout: POD });
  });

  it('says where there is nothing to take out, and why', async () => {
    const silent = POD.replace('"true"', '"false"');
    const { stdout, stderr } = await podherald(['uninject', '-f', '-'], `${POD}---\n${silent}`);

    expect(stdout).toBe(`${POD}---\n${silent}`);
    expect(stderr).toBe(`podherald: Pod web: unchanged, it has nothing that podherald adds
podherald: Pod web: unchanged, inject-metadata is "false": there is nothing to compare with
`);
  });

  it('writes nothing where it cannot take out everything', async () => {
    const { stdout: injected } = await podherald(['inject', '-f', '-'], POD);
    const shared = `${injected.replace('env:', 'env: &env')}extra: *env\n`;
    const { code, stdout, stderr } = await podherald(['uninject', '-f', '-'], shared);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^podherald: standard input:1: .*\(&env\)\n$/);
  });

  it('tells all that keeps the input from being YAML', async () => {
    const { code, stderr } = await podherald(['uninject', '-f', '-'], 'a: [\n');

    expect(code).toBe(1);
    expect(stderr).toMatch(/^podherald: standard input:\d+: /);
  });
});
