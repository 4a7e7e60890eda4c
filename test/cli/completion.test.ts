import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SHELL_SCRIPTS } from '../../src/cli/completion-scripts.ts';
import { podherald } from '../support/run-command.ts';

/** The lines that a shell gets for these words. The last word is the one at the cursor. */
async function completed(...words: readonly string[]): Promise<string[]> {
  const { stdout } = await podherald(['__complete', '--', ...words]);
  return stdout.trimEnd().split('\n');
}

describe('completion', () => {
  it.each<[words: string[], lines: string[]]>([
    [['ma'], ['manifests\tprint the manifests that install podherald', ':4']],
    [
      ['config', 'sch'],
      ['schema\tprint the JSON Schema of config files', ':4'],
    ],
    [
      ['manifests', '--tls', ''],
      ['self-managed', 'cert-manager', 'files', ':4'],
    ],
    [
      ['manifests', '--replicas', '3', '--tls=ce'],
      ['--tls=cert-manager', ':4'],
    ],
    [['manifests', '--replicas', ''], [':4']],
    [
      ['explain', '-o', 'j'],
      ['json', ':4'],
    ],
    [
      ['completion', 'b'],
      ['bash', ':4'],
    ],
    [
      ['help', 'unin'],
      ['uninject\tremove from manifests what inject added', ':4'],
    ],
    [['inject', '--filename', ''], [':0']],
    [['inject', '--config='], [':0']],
    [['inject', '-R', '-f', 'x'], [':0']],
    [['config', 'check', ''], [':0']],
    [['inject', '--unknown=x'], [':4']],
    [['nothing', 'here', ''], [':4']],
  ])('offers for %j: %j', async (words, lines) => {
    expect(await completed(...words)).toEqual(lines);
  });

  it('offers all commands, without the hidden one', async () => {
    const lines = await completed('');

    expect(lines).toContain('inject\tinject into manifests');
    expect(lines.join('\n')).not.toContain('__complete');
  });

  it('offers the options of a command with their help', async () => {
    const lines = await completed('inject', '--in');

    expect(lines.map((line) => line.split('\t')[0])).toEqual([
      '--in-place',
      '--install-namespace',
      ':4',
    ]);
  });

  it('is also what kubectl gets', async () => {
    expect(await podherald(['unin'], '', {}, {}, 'kubectl_complete-podherald')).toMatchObject({
      stdout: 'uninject\tremove from manifests what inject added\n:4\n',
    });
  });

  it.each(Object.entries(SHELL_SCRIPTS))('prints a script for %s', async (shell, script) => {
    expect(await podherald(['completion', shell])).toEqual({ code: 0, stdout: script, stderr: '' });
  });

  it('rejects an unknown shell, and names the nearest one', async () => {
    const { code, stderr } = await podherald(['completion', 'zhs']);

    expect(code).toBe(2);
    expect(stderr).toContain('did you mean zsh?');
  });
});

const HAS_BASH = spawnSync('bash', ['--version']).status === 0;

/** bash runs the script, with a function in place of the program. */
describe.skipIf(!HAS_BASH)('the script for bash', () => {
  function inBash(program: string, ...words: readonly string[]): string[] {
    const list = words.map((word) => `'${word}'`).join(' ');
    const script = `${SHELL_SCRIPTS.bash}
      podherald() { ${program}; }
      COMP_WORDS=(podherald ${list}); COMP_CWORD=${words.length}
      _podherald; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
    return stdout.trimEnd().split('\n');
  }

  it('passes the words to the program, and drops the help', () => {
    const program = `[[ "$*" == "__complete -- config ch" ]] && printf 'check\\tcheck a config\\n:4\\n'`;

    expect(inBash(program, 'config', 'ch')).toEqual(['check']);
  });

  it('joins the words that bash makes of --flag=value', () => {
    const program = `[[ "$*" == "__complete -- manifests --tls=ce" ]] && printf '%s\\n' --tls=cert-manager :4`;

    expect(inBash(program, 'manifests', '--tls', '=', 'ce')).toEqual(['cert-manager']);
  });

  it('offers files if the program does not know better', () => {
    const files = readdirSync('.').filter((name) => name.startsWith('tsconfig'));

    expect(inBash(`printf ':0\\n'`, 'inject', '-f', 'tsconfig').sort()).toEqual(files.sort());
  });
});
