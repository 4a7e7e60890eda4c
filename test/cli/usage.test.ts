import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/version.ts';
import { podherald } from '../support/run-command.ts';

describe('help', () => {
  it.each([
    [['--help'], ['serve', 'inject']],
    [
      ['serve', '--help'],
      ['--port', '--admin-port', '--tls-cert', '--self-managed-tls', '--standalone', '--log-level'],
    ],
    [
      ['inject', '--help'],
      ['--filename', '--namespace', '--annotate', 'kustomize build'],
    ],
    [
      ['uninject', '--help'],
      ['--filename', 'Examples:'],
    ],
    [
      ['explain', '--help'],
      ['--filename', '--output', '--install-namespace', 'pod/web', 'Examples:'],
    ],
    [
      ['audit', '--help'],
      ['--all-namespaces', '--output', 'Examples:'],
    ],
  ])('of %j goes to standard output', async (args, words) => {
    const { code, stdout, stderr } = await podherald(args);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: podherald/);
    for (const word of words) expect(stdout).toContain(word);
  });

  it('goes to standard error if no command is given', async () => {
    const { code, stdout, stderr } = await podherald([]);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: podherald/);
  });
});

describe('help COMMAND', () => {
  it.each([
    [['help'], ['--help']],
    [
      ['help', 'inject'],
      ['inject', '--help'],
    ],
    [
      ['help', 'config', 'check'],
      ['config', 'check', '--help'],
    ],
  ])('%j prints the same as %j', async (args, same) => {
    const help = await podherald(args);

    expect(help).toEqual(await podherald(same));
    expect(help.stdout).toMatch(/^Usage: podherald/);
  });
});

describe('--version', () => {
  it.each(['--version', '-v'])('(%s) prints only the version', async (flag) => {
    expect(await podherald([flag])).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  });
});

describe('wrong usage ends with exit code 2, an explanation, and no output:', () => {
  it.each([
    [['serv'], /unknown command 'serv'\n.*Did you mean serve/],
    [['injcet'], /Did you mean inject/],
    [
      ['inject', '-f', '-', '--annotate', 'inject-metdata=true'],
      /--annotate: inject-metdata is not an annotation of podherald; did you mean inject-metadata\?/,
    ],
    [['help', 'injcet'], /unknown command 'injcet'; did you mean inject\?/],
    [['help', 'config', 'chek'], /unknown command 'chek'; did you mean check\?/],
    [['help', 'inject', 'x'], /unknown command 'x'\n/],
    [['serve', '--standalone', '--context', 'x'], /--context is not valid with --standalone/],
    [['serve', '--standalone', '--kubeconfig', 'x'], /--kubeconfig is not valid with/],
    [['serve', '--tls-certt', 'x'], /unknown option '--tls-certt'\n.*Did you mean --tls-cert/],
    [['inject', '-f', '-', '--nope'], /unknown option '--nope'/],
    [['serve'], /certificate.*--standalone/],
    [['serve', '--tls-cert', 'tls.crt'], /--tls-key/],
    [['serve', '--tls-key', 'tls.key'], /--tls-cert/],
    [['serve', '--standalone', '--tls-cert', 'a', '--tls-key', 'b'], /--standalone/],
    [['serve', '--self-managed-tls'], /no cluster is configured: set KUBECONFIG/],
    [
      ['serve', '--self-managed-tls', '--standalone'],
      /pass only one of these: --self-managed-tls, --standalone$/m,
    ],
    [
      ['serve', '--self-managed-tls', '--tls-cert', 'a', '--tls-key', 'b'],
      /pass only one of these: --tls-cert with --tls-key, --self-managed-tls$/m,
    ],
    [
      ['serve', '--standalone', '--ca-secret', 'x'],
      /--ca-secret is only valid with --self-managed-tls/,
    ],
    [['serve', '--standalone', '--client-ca', 'x'], /--client-ca is not valid with --standalone/],
    [['serve', '--standalone', '--client-ca'], /--client-ca.*argument missing/],
    [['manifests', '--image-pull-secret', 'A_B'], /--image-pull-secret.*name of a Secret/],
    [['manifests', '--port', '8080'], /--port and --admin-port must differ/],
    [['manifests', '--admin-port', '80'], /--admin-port.*1024 to 65535/],
    [['manifests', '--client-ca-secret', 'A_B'], /--client-ca-secret.*name of a Secret/],
    [['serve', '--standalone', '--port', 'https'], /--port.*0 to 65535/],
    [['serve', '--standalone', '--port', '65536'], /--port.*0 to 65535/],
    [['serve', '--standalone', '--port', '-1'], /--port/],
    [['serve', '--standalone', '--port', ''], /--port.*0 to 65535/],
    [['serve', '--standalone', '--admin-port', '80.5'], /--admin-port.*0 to 65535/],
    [['serve', '--standalone', '--shutdown-delay', 'soon'], /--shutdown-delay/],
    [['serve', '--standalone', '--log-level', 'loud'], /--log-level.*debug/],
    [['serve', '--standalone', '--log-format', 'xml'], /--log-format.*json/],
    [['serve', '--port'], /--port.*argument missing/],
    [['inject'], /--filename/],
    [['inject', 'pod.yaml'], /-f|too many arguments/],
    [['inject', '-f'], /argument missing/],
    [['inject', '-f', 'x', '--annotate', 'inject-metadata'], /--annotate.*key=value/],
    [['inject', '-f', 'x', '--annotate', '=true'], /--annotate.*key=value/],
    [['uninject'], /--filename/],
    [['explain'], /either one object/],
    [['explain', 'web'], /Expected KIND\/NAME, such as pod\/web/],
    [['explain', 'pod/web', '-o', 'xml'], /--output.*json/],
    [['audit', '-A', '-n', 'shop'], /cannot be used with/],
    [['audit', '-o', 'yaml'], /--output.*json/],
  ])('%j', async (args, sentence) => {
    const { code, stdout, stderr } = await podherald(args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
