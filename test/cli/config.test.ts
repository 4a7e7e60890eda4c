import { describe, expect, it } from 'vitest';
import { configFolder, mountedConfigMap } from '../config/config-folder.ts';
import { podherald } from '../support/run-command.ts';
import { runProgram, startPodherald } from '../support/run-program.ts';

const GOOD = `onInvalid: warn
profiles:
  team: {env: {A: metadata.name}}
  default: {env: {B: metadata.uid}}
`;
const BAD = 'onInvalid: no\nmetadata: {path: etc}\n';
const POD = `apiVersion: v1
kind: Pod
metadata: {name: web, annotations: {inject-metadata: "true"}}
spec:
  containers:
  - name: app
`;
const FREE = ['--port', '0', '--admin-port', '0'];

describe('config check', () => {
  it('prints one line for a valid config, with its profiles', async () => {
    const { file } = configFolder(GOOD);

    expect(await podherald(['config', 'check', file])).toEqual({
      code: 0,
      stdout: `${file}: ok; profiles: team, default (replaces the built-in profile); built-in profiles: otel, go, network, topology\n`,
      stderr: '',
    });
  });

  it('warns about an ambassador without a cpu request', async () => {
    const resources = 'ambassador: {resources: {limits: {memory: 64Mi}}}';
    const { code, stderr } = await podherald(['config', 'check', '-'], resources);

    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/no cpu request: a HorizontalPodAutoscaler .*\n$/),
    });
  });

  it('accepts a file without settings', async () => {
    const { code, stdout } = await podherald(['config', 'check', '-'], '{}');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^standard input: ok; built-in profiles: default, /);
  });

  it('prints one line for each error, and ends with exit code 1', async () => {
    const { file } = configFolder(BAD);
    const { code, stdout, stderr } = await podherald(['config', 'check', file]);

    expect({ code, stderr }).toEqual({ code: 1, stderr: `podherald: ${file} has 2 errors\n` });
    expect(stdout.trimEnd().split('\n')).toEqual([
      expect.stringContaining(`${file}:1:12: onInvalid: "no": expected deny or warn`),
      expect.stringContaining(`${file}:2:18: metadata.path: "etc": expected`),
    ]);
  });

  it.each([
    ['an empty file', '', /^standard input:1:1: the file is empty; .* write \{\}\n$/],
    ['a circular alias', 'profiles: &a {x: *a}', /^standard input:1:18: the alias \*a is inside /],
    ['thousands of brackets', '['.repeat(100_000), /^standard input:1:\d+: nested too deep/],
  ])('prints an error and no stack trace for %s', async (_, text, line) => {
    const { code, stdout, stderr } = await podherald(['config', 'check', '-'], text);

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'podherald: standard input has 1 error\n',
    });
    expect(stdout).toMatch(line);
  });

  it('ends with exit code 1 if the file does not exist', async () => {
    const { code, stdout, stderr } = await podherald(['config', 'check', 'no/such/file.yaml']);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('podherald: cannot read no/such/file.yaml: no such file\n');
  });

  it.each([
    ['a terminal', true],
    ['a pipe', false],
  ])('colours the output on %s: %s', async (_, colour) => {
    const { file } = configFolder(GOOD);
    const { stdout } = await podherald(['config', 'check', file], '', {}, { colour });

    expect(stdout.includes('\u001b')).toBe(colour);
  });
});

describe('config schema', () => {
  it('prints a JSON Schema', async () => {
    const { code, stdout, stderr } = await podherald(['config', 'schema']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
    });
  });
});

describe('config print', () => {
  it('prints a config that config check accepts and that config print prints unchanged', async () => {
    const printed = (await podherald(['config', 'print'])).stdout;
    const again = (await podherald(['config', 'print', '-'], printed)).stdout;
    const { stdout } = await podherald(['config', 'check', '-'], again);

    expect(again).toBe(printed);
    expect(stdout).toMatch(/^standard input: ok; profiles: default .*network/);
  });

  it('fills in the defaults', async () => {
    const { stdout } = await podherald(['config', 'print', '-'], GOOD);

    expect(stdout).toMatch(/^onInvalid: warn$/m);
    expect(stdout).toMatch(/^annotationPrefix: podherald\.dev\/$/m);
    expect(stdout).toMatch(/^ {2}otel:$/m);
  });

  it('prints no config if the file is invalid', async () => {
    const { code, stdout } = await podherald(['config', 'print', '-'], BAD);

    expect(code).toBe(1);
    expect(stdout).not.toContain('onInvalid: deny');
  });
});

describe('the help of config', () => {
  it.each([
    [
      ['config', '--help'],
      ['check', 'schema', 'print'],
    ],
    [
      ['config', 'check', '--help'],
      ['<file>', 'podherald config check config.yaml'],
    ],
    [
      ['config', 'schema', '--help'],
      ['yaml-language-server', 'config.schema.json'],
    ],
    [
      ['config', 'print', '--help'],
      ['[file]', 'podherald config print config.yaml'],
    ],
    [
      ['serve', '--help'],
      ['--config', 'PODHERALD_CONFIG'],
    ],
    [
      ['inject', '--help'],
      ['--config', 'PODHERALD_CONFIG'],
    ],
  ])('%j', async (args, words) => {
    const { code, stdout } = await podherald(args);

    expect(code).toBe(0);
    for (const word of words) expect(stdout).toContain(word);
  });

  it.each([[['config']], [['config', 'chekc', 'x']], [['config', 'check']]])(
    '%j is wrong usage',
    async (args) => {
      const { code, stdout } = await podherald(args);

      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    },
  );
});

describe('inject --config', () => {
  it('uses the config', async () => {
    const { file } = configFolder(GOOD);
    const { code, stdout } = await podherald(['inject', '-f', '-', '--config', file], POD);

    expect(code).toBe(0);
    expect(stdout).toMatch(/name: B\n.*\n.*\n +apiVersion: v1\n +fieldPath: metadata\.uid/);
    expect(stdout).not.toContain('POD_NAME');
  });

  it('uses the config that PODHERALD_CONFIG names', async () => {
    const { file } = configFolder(GOOD);
    const { stdout } = await podherald(['inject', '-f', '-'], POD, { PODHERALD_CONFIG: file });

    expect(stdout).toContain('name: B');
  });

  it('prints every error of the config, and ends with exit code 1', async () => {
    const { file } = configFolder(BAD);
    const { code, stdout, stderr } = await podherald(['inject', '-f', '-', '--config', file], POD);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining(`podherald: ${file}:1:12: onInvalid: `),
      expect.stringContaining(`podherald: ${file}:2:18: metadata.path: `),
    ]);
  });
});

describe('serve --config', () => {
  it('prints every error of the config and ends with exit code 1, before it listens', async () => {
    const { file } = configFolder(BAD);
    const args = ['serve', '--standalone', ...FREE, '--config', file];
    const { code, stdout, stderr } = await runProgram(args);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining(`podherald: ${file}:1:12: onInvalid: `),
      expect.stringContaining(`podherald: ${file}:2:18: metadata.path: `),
    ]);
  });

  it('uses the config, and reloads it when it changes', async () => {
    const folder = mountedConfigMap(GOOD);
    const args = ['serve', '--standalone', ...FREE, '--log-format', 'json'];
    const running = startPodherald([...args, '--config', folder.file]);

    expect(await running.until('Press Ctrl-C to stop.')).toContain('name: B');

    folder.write(BAD);
    await running.until('the changed config is invalid');
    folder.write('');
    await running.until('the file is empty');
    folder.write('{}');
    await running.until('using the changed config');

    expect((await running.stop('SIGTERM')).code).toBe(0);
  });
});
