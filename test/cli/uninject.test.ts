import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../support/certificates.ts';
import { podherald } from '../support/run-command.ts';

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
  it('restores the manifest from before inject, and lists what it removed', async () => {
    const injected = await podherald(['inject', '-f', '-'], POD);
    const { code, stdout, stderr } = await podherald(['uninject', '-f', '-'], injected.stdout);

    expect({ code, stdout }).toEqual({ code: 0, stdout: POD });
    expect(stderr).toBe(
      'podherald: config: built-in config\npodherald: Pod web: removed 7 variables, 1 volume, 1 annotation\n',
    );
  });

  it('uses the config that was used to inject', async () => {
    const config = join(makeFolder(), 'config.yaml');
    writeFileSync(
      config,
      'apiVersion: podherald.dev/v1\nkind: Config\nmetadata: {path: /etc/pod, defaultProfile: network}\n',
    );
    const file = join(makeFolder(), 'pod.yaml');
    writeFileSync(file, POD);
    const injected = await podherald(['inject', '-f', file, '--config', config]);
    const { code, stdout } = await podherald(
      ['uninject', '-f', '-', '--config', config],
      injected.stdout,
    );

    expect(injected.stdout).toContain('name: POD_IPS');
    expect({ code, stdout }).toEqual({ code: 0, stdout: POD });
  });

  it('lists entries that look injected but stay', async () => {
    const asking = POD.replace('inject-metadata', 'inject-ambassador');
    const { stdout: injected } = await podherald(['inject', '-f', '-'], asking);
    const clean = (text: string) => podherald(['uninject', '-f', '-'], text);
    const larger = await clean(injected.replace('memory: 128Mi', 'memory: 256Mi'));
    const silent = await clean(injected.replace('inject-ambassador: "true"', 'a: b'));
    const different = 'content or position differs from what podherald injects';

    expect(larger.stderr).toBe(`podherald: config: built-in config
podherald: Pod web: removed 1 variable, 1 annotation
podherald:   kept container ambassador: ${different}
podherald:   kept volume ambassador-token: ${different}
`);
    expect(silent.stderr).toBe(`podherald: config: built-in config
podherald: Pod web: unchanged, because it is unknown what was injected: no annotation requests an injection
podherald:   kept container ambassador: ${different}
podherald:   kept annotation podherald.dev/status: ${different}
`);
  });

  it('lists entries in another position and entries with other content', async () => {
    const { stdout: injected } = await podherald(['inject', '-f', '-'], POD);
    const changed = injected
      .replace(/^( *)(?=- name: POD_NAME$)/m, '$1- {name: FIRST, value: x}\n$1')
      .replace('fieldPath: status.podIP', 'fieldPath: status.hostIP');
    const { stderr } = await podherald(['uninject', '-f', '-'], changed);

    expect(stderr).toMatch(
      /kept variables POD_NAME, POD_NAMESPACE, NODE_NAME,.* of container app: content/,
    );
    expect(stderr).toContain(
      'podherald:   container app already sets POD_IP; its own values are kept\n',
    );
  });

  it('says why it removes nothing', async () => {
    const silent = POD.replace('"true"', '"false"');
    const { stdout, stderr } = await podherald(['uninject', '-f', '-'], `${POD}---\n${silent}`);

    expect(stdout).toBe(`${POD}---\n${silent}`);
    expect(stderr).toBe(`podherald: config: built-in config
podherald: Pod web: unchanged: nothing to remove
podherald: Pod web: unchanged, because it is unknown what was injected: inject-metadata is "false"
`);
  });

  it('writes nothing if it cannot remove everything', async () => {
    const { stdout: injected } = await podherald(['inject', '-f', '-'], POD);
    const shared = `${injected.replace('env:', 'env: &env')}extra: *env\n`;
    const { code, stdout, stderr } = await podherald(['uninject', '-f', '-'], shared);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^podherald: standard input:12: cannot remove .*\(&env\); replace .*\n$/,
    );
  });

  it('prints the errors of an input that is not YAML', async () => {
    const { code, stderr } = await podherald(['uninject', '-f', '-'], '# inject-metadata\na: [\n');

    expect(code).toBe(1);
    expect(stderr).toMatch(/^podherald: standard input:\d+: /);
  });
});
