import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Helm, NO_HELM } from '../helm.ts';
import { markdownSections } from '../markdown.ts';
import { PROGRAM, runPodherald } from '../podherald-cli.ts';

const run = promisify(execFile);

const KUSTOMIZE = process.env['PODHERALD_E2E_KUSTOMIZE'];
const HELM_FOLDER = process.env['PODHERALD_E2E_HELM'] ?? '';

const PAGE = await readFile('docs/pipelines.md', 'utf8');
const [, INJECT] = markdownSections(PAGE);
const [KUSTOMIZATION = '', TRANSFORMER = ''] = INJECT?.yamls ?? [];

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
      annotations: {inject-metadata: "default,otel"}
    spec:
      containers:
      - {name: app, image: "registry.example.com/web:1.2"}
`;

const INVALID = DEPLOYMENT.replace('default,otel', 'yes');

let folder: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podherald-e2e-'));
  const program = join(folder, 'bin', 'podherald');
  await mkdir(dirname(program));
  await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${resolve(PROGRAM)}" "$@"\n`);
  await chmod(program, 0o755);
  const helm = { HELM_DATA_HOME: folder, HELM_CONFIG_HOME: folder, HELM_CACHE_HOME: folder };
  env = { ...process.env, ...helm, PATH: `${dirname(program)}:${process.env['PATH']}` };
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Writes the files of a folder, and returns its path. */
async function write(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, name, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return join(folder, name);
}

function objects(text: string): unknown[] {
  return parseAllDocuments(text).map((document) => document.toJSON());
}

async function injected(text: string, ...args: readonly string[]): Promise<unknown[]> {
  const { stdout } = await runPodherald(['inject', '--filename', '-', ...args], text);
  return objects(stdout);
}

describe.skipIf(KUSTOMIZE === undefined)('kustomize with the transformer of the page', () => {
  const build = (path: string) =>
    run(KUSTOMIZE ?? '', ['build', '--enable-alpha-plugins', '--enable-exec', path], { env });

  test('injects what podherald inject does', async () => {
    const path = await write('kustomize', {
      'kustomization.yaml': KUSTOMIZATION,
      'podherald.yaml': TRANSFORMER,
      'deployment.yaml': DEPLOYMENT,
    });
    const config = await write('config', { 'config.yaml': 'metadata: {path: /etc/podinfo}\n' });
    const { stdout } = await build(path);

    const expected = await injected(DEPLOYMENT, '--config', join(config, 'config.yaml'));
    expect(objects(stdout)).toEqual(expected);
    expect(stdout).toContain('/etc/podinfo');
  });

  test('fails for an invalid annotation, and says which', async () => {
    const path = await write('invalid', {
      'kustomization.yaml': KUSTOMIZATION,
      'podherald.yaml': TRANSFORMER,
      'deployment.yaml': INVALID,
    });

    await expect(build(path)).rejects.toThrow(/inject-metadata: invalid value "yes"/);
  });
});

/** The flags after `./chart` in the command of the page under a heading. */
function flagsOf(heading: string): string[] {
  const [, section = ''] = PAGE.split(`### ${heading}\n`);
  const [, flags = ''] = /helm upgrade --install web \.\/chart (.*)/.exec(section) ?? [];
  return flags.split(' ');
}

describe.skipIf(NO_HELM)('the post-renderer', () => {
  const helm = (program: Helm, ...args: readonly string[]) =>
    run(join(HELM_FOLDER, program), args, { env });
  const chart = (template: string, name: string) =>
    write(name, {
      'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n`,
      'templates/deployment.yaml': template,
    });

  beforeAll(() => helm('helm4', 'plugin', 'install', resolve('deploy/helm-plugin')));

  test.each([
    ['helm3', 'Helm 3'],
    ['helm4', 'Helm 4'],
  ] as const)(
    'of the page injects what podherald inject does, with %s',
    async (program, heading) => {
      const path = await chart(DEPLOYMENT, 'valid');
      const { stdout } = await helm(program, 'template', 'web', path, ...flagsOf(heading));

      expect(objects(stdout)).toEqual(await injected(DEPLOYMENT));
      expect(stdout).toContain('OTEL_RESOURCE_ATTRIBUTES');
    },
  );

  // Helm 4 does not show what a plugin writes to standard error.
  test.each([
    ['helm3', 'Helm 3', /inject-metadata: invalid value "yes"/],
    ['helm4', 'Helm 4', /plugin "podherald" exited with error/],
  ] as const)('makes %s fail for an invalid annotation', async (program, heading, message) => {
    const path = await chart(INVALID, 'faulty');

    const rendered = helm(program, 'template', 'web', path, ...flagsOf(heading));
    await expect(rendered).rejects.toThrow(message);
  });
});
