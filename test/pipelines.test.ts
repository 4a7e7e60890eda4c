import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { VERSION } from '../src/version.ts';
import { makeFolder } from './support/certificates.ts';

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
}

const ACTION = parse(read('deploy/github-action/action.yml'));
const [HOOK] = parse(read('.pre-commit-hooks.yaml'));

describe('the files for pipelines', () => {
  it('name the version of this package', () => {
    expect(ACTION.inputs.version.default).toBe(VERSION);
    expect(parse(read('deploy/gitlab/podherald.yml')).podherald.variables.PODHERALD_VERSION).toBe(
      VERSION,
    );
    expect(parse(read('deploy/helm-plugin/plugin.yaml')).version).toBe(VERSION);
    expect(HOOK.entry).toContain(`podherald@${VERSION} `);
  });
});

const HAS_BASH = spawnSync('bash', ['--version']).status === 0;

/** A folder with an `npx` that prints its arguments, one in each line, and fails if told so. */
function fakeNpx(code = 0): string {
  const folder = makeFolder();
  const program = join(folder, 'npx');
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@"\nexit ${code}\n`);
  chmodSync(program, 0o755);
  return folder;
}

function run(args: readonly string[], folder: string, env: Record<string, string> = {}) {
  const PATH = `${folder}:${process.env['PATH']}`;
  const { stdout, status } = spawnSync('bash', args, { encoding: 'utf8', env: { PATH, ...env } });
  return { lines: stdout.trimEnd().split('\n'), status };
}

describe.skipIf(!HAS_BASH)('the GitHub Action', () => {
  const script: string = ACTION.runs.steps[0].run;

  it('explains all files with the config, and takes no input for a command', () => {
    const env = { FILES: 'a b.yaml\n$(touch x)\n', CONFIG: 'c.yaml', VERSION };

    expect(run(['-e', '-c', script], fakeNpx(), env)).toEqual({
      status: 0,
      lines: [
        ...['--yes', `podherald@${VERSION}`, 'explain', '--recursive', '--exit-code'],
        ...['--filename', 'a b.yaml', '--filename', '$(touch x)', '--config', 'c.yaml'],
      ],
    });
  });

  it('passes its inputs as environment variables only', () => {
    expect(script).not.toContain('${{');
  });

  it('fails with an annotation if explain fails', () => {
    const { status, lines } = run(['-e', '-c', script], fakeNpx(1), {
      FILES: 'a',
      CONFIG: '',
      VERSION,
    });

    expect(status).toBe(1);
    expect(lines.at(-1)).toMatch(/^::error title=podherald::/);
  });
});

describe.skipIf(!HAS_BASH)('the hook for pre-commit', () => {
  it('passes each file with --filename', () => {
    const { lines } = run(['-c', `${HOOK.entry} 'a b.yaml' c.json`], fakeNpx());

    expect(lines).toEqual([
      ...['--yes', `podherald@${VERSION}`, 'explain', '--exit-code'],
      ...['--filename', 'a b.yaml', '--filename', 'c.json'],
    ]);
  });
});
