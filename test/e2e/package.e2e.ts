import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docExamples } from '../support/doc-examples.ts';

const PUBLINT = 'publint@0.3.25';
const ATTW = '@arethetypeswrong/cli@0.18.5';
const PLAIN = ['--format', 'ascii', '--no-color'];
const ESBUILD = 'esbuild@0.28.2';

/** The empty project that the packed package is installed in. */
let project = '';
let packed = '';

/** Runs a program in the project, with the Node.js that runs this test. */
function run(program: string, ...args: readonly string[]): string {
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  const env = { ...process.env, PATH: path, npm_config_package_lock: 'false' };
  return execFileSync(program, args, { cwd: project, encoding: 'utf8', env });
}

function write(file: string, text: string): void {
  writeFileSync(join(project, file), text);
}

/** Needs a package registry, and no cluster. */
describe('the packed package', () => {
  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'podherald-package-'));
    project = join(folder, 'project');
    mkdirSync(project);
    write('package.json', JSON.stringify({ name: 'project', private: true }));
    const checkout = resolve(import.meta.dirname, '../..');
    const [{ filename }] = JSON.parse(
      execFileSync(
        'npm',
        ['pack', '--json', '--silent', '--ignore-scripts', '--pack-destination', folder],
        {
          cwd: checkout,
          encoding: 'utf8',
        },
      ),
    );
    packed = join(folder, filename);
    run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', packed);
  });

  afterAll(() => rmSync(dirname(project), { recursive: true }));

  it('has nothing that publint reports', () => {
    expect(run('npx', '--yes', PUBLINT, 'run', packed, '--strict')).toContain('All good!');
  });

  /**
   * attw fails if it finds a problem. The profile leaves out the resolutions of Node.js 10, which knows no
   * `exports`, and of `require` before Node.js 22.12.
   */
  it('has no types that attw reports', () => {
    const report = run('npx', '--yes', ATTW, packed, '--profile', 'esm-only', ...PLAIN);
    const resolved = [...report.matchAll(/^(?:node16 \(from ESM\)|bundler): (\S+)/gmu)];
    expect(resolved.map(([, mark]) => mark)).toEqual(Array(6).fill('🟢'));
  });

  it('runs podherald', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(run('npx', '--no-install', 'podherald', '--version').trim()).toBe(version);
  });

  it.each(docExamples('docs/library.md'))('runs the example of the docs', ({ code, output }) => {
    write('example.mts', code);
    const printed = run('node', 'example.mts');
    if (output !== undefined) expect(printed).toBe(output);
  });

  it('works with require', () => {
    const code = "console.log(require('podherald').inject({}).reason)";
    expect(run('node', '-e', code).trim()).toBe('malformed_pod');
  });

  it.each([
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('has types that compile with module %s and moduleResolution %s', (module, resolution) => {
    for (const [index, { code }] of docExamples('docs/library.md').entries()) {
      write(
        `typed-${index}.mts`,
        code.replaceAll(/^import [^\n]* from 'node:[^\n]*$|^test\(.*?^\}\);$/gms, ''),
      );
    }
    const tsc = resolve('node_modules/typescript/bin/tsc');
    const flags = [
      '--noEmit',
      '--strict',
      '--target',
      'es2022',
      '--lib',
      'es2022,dom',
      '--types',
      '',
    ];
    const files = docExamples('docs/library.md').map((_, index) => `typed-${index}.mts`);
    const how = ['--module', module, '--moduleResolution', resolution];
    expect(run('node', tsc, ...flags, ...how, ...files)).toBe('');
  });

  it('works in a browser', () => {
    write(
      'page.mjs',
      "import { inject } from 'podherald';\nimport { readRules } from 'podherald/config';\nconst { rules } = readRules('{}');\nconst pod = { metadata: { annotations: { 'inject-metadata': 'true' } }, spec: { containers: [{ name: 'app' }] } };\nglobalThis.result = inject(pod, { rules }).outcome;\n",
    );
    const bundle = ['--bundle', '--platform=browser', '--format=iife', '--outfile=page.js'];
    run('npx', '--yes', ESBUILD, 'page.mjs', ...bundle, '--log-level=warning');
    // What a browser has and Node.js's vm does not, and nothing of Node.js.
    const page: Record<string, unknown> = { structuredClone, TextEncoder, URL };
    runInContext(readFileSync(join(project, 'page.js'), 'utf8'), createContext(page));
    expect(page['result']).toBe('injected');
  });
});
