import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printable } from '../../src/cli/output.ts';
import { makeFolder } from '../support/certificates.ts';
import { podherald } from '../support/run-command.ts';

const EVIL = 'web\u001b[2J\u202e\n::error::broken';
const UNSAFE = /[\p{Cc}\u202e]/u;

/** A Deployment in which every text that is shown tries to break out of its line. */
const DEPLOYMENT = JSON.stringify({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: EVIL,
    namespace: EVIL,
    annotations: { 'inject-metadata': EVIL, [`podherald.dev/${EVIL}`]: EVIL },
  },
  spec: {
    template: {
      metadata: {
        annotations: {
          'inject-metadata': 'network',
          [`podherald.dev/${EVIL}`]: EVIL,
          'podherald.dev/metadata-containers': '!x',
        },
      },
      spec: { containers: [{ name: EVIL, env: [{ name: 'POD_IP', value: EVIL }] }] },
    },
  },
});

function unsafeLines(text: string): string[] {
  return text.split('\n').filter((line) => UNSAFE.test(line) || line.startsWith('::'));
}

describe('errors about the command line contain no control characters of an argument:', () => {
  it.each<[string, string[]]>([
    ['an unknown command', [EVIL]],
    ['an unknown option', ['inject', `--${EVIL}`]],
    ['a wrong choice', ['manifests', '--tls', EVIL]],
    ['a wrong key', ['inject', '-f', '-', '--annotate', `inject-met${EVIL}=x`]],
    ['a file', ['inject', '-f', EVIL]],
  ])('%s', async (_title, args) => {
    const { code, stderr } = await podherald(args);

    expect(code).not.toBe(0);
    expect(stderr).not.toBe('');
    expect(unsafeLines(stderr)).toEqual([]);
  });
});

describe('text for people contains no control characters of a manifest:', () => {
  it.each([
    ['the summary of inject', ['inject'], 'stderr'],
    ['the summary of uninject', ['uninject'], 'stderr'],
    ['explain', ['explain'], 'stdout'],
    ['explain in JSON', ['explain', '-o', 'json'], 'stdout'],
  ] as const)('%s', async (_name, command, stream) => {
    const folder = join(makeFolder(), 'a\n::error::folder');
    mkdirSync(folder);
    const file = join(folder, 'x\u001b[2J.yaml');
    writeFileSync(file, DEPLOYMENT);
    const ended = await podherald([...command, '-f', file]);

    expect(ended[stream]).toContain('web\\');
    expect(unsafeLines(ended.stderr)).toEqual([]);
    const isJson = command.some((word) => word === 'json');
    const shown = isJson ? ended.stdout.replaceAll('\u202e', '') : ended.stdout;
    expect(unsafeLines(shown).filter((line) => !line.startsWith('{'))).toEqual([]);
  });

  it('an error about a file', async () => {
    const { stderr } = await podherald(['inject', '-f', `no\n::error::\u001b[2Jfile`]);

    expect(stderr).toBe('podherald: cannot read no\\n::error::\\x1b[2Jfile: no such file\n');
  });

  it('the errors of config check', async () => {
    const file = join(makeFolder(), 'x\n::error::.yaml');
    writeFileSync(file, 'annotationPrefix: "a\\e[2Jb"\n"x\\ny": 1\n');
    const { stdout, stderr } = await podherald(['config', 'check', file]);

    expect(unsafeLines(stdout + stderr)).toEqual([]);
    expect(stdout).toContain('x\\n::error::.yaml:');
  });

  it('each fault of several stays a line of its own', async () => {
    const pod = DEPLOYMENT.replace('"network"', '"A=b"');
    const { stderr } = await podherald(['inject', '-f', '-'], `${pod}\n${pod}\n`);

    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
  });
});

describe('printable()', () => {
  it.each([
    ['plain text, ü and 日本', 'plain text, ü and 日本'],
    ['a\tb\r\nc', 'a\\tb\\r\\nc'],
    ['\u001b[31mred\u0007', '\\x1b[31mred\\x07'],
    ['\u2028\u202e\u200b\ufeff', '\\u2028\\u202e\\u200b\\ufeff'],
  ])('escapes %j', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });
});
