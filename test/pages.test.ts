import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseCommand } from './support/parse-command.ts';

const PAGES = globSync(['*.md', 'docs/**/*.md', 'site/pages/*.md', 'hack/*/README.md']);

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>;
};

/** The commands in the blocks of a page for a shell, without comments, with continued lines joined. */
function commandsOf(file: string): string[] {
  const page = readFileSync(file, 'utf8');
  const blocks = [...page.matchAll(/^ *```(sh|console)\n(.*?)^ *```/gms)];
  return blocks.flatMap(([, language, block = '']) =>
    block
      .replaceAll(/\\\n/g, ' ')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => language === 'sh' || line.startsWith('$ '))
      .map((line) => line.replace(/^\$ /, '').replace(/(^|\s)#.*$/, ''))
      .flatMap((line) => line.split(/&&|\|\||[|;]|\$\(|\)/))
      .map((command) => command.trim()),
  );
}

/** The words of a command, without redirections. */
function wordsOf(command: string): string[] {
  const words = command.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? [];
  const end = words.findIndex((word) => /^\d?[<>]/.test(word));
  return (end === -1 ? words : words.slice(0, end)).map((word) => word.replaceAll(/['"]/g, ''));
}

/** The arguments of podherald in a command that runs it; undefined for other commands. */
function podheraldArguments(command: string): string[] | undefined {
  const [first = '', ...words] = wordsOf(command.replace(/^npx (?:--yes )?/, ''));
  return first === 'podherald' ? words : undefined;
}

const asked = PAGES.flatMap((file) => commandsOf(file).map((command) => ({ file, command })));

describe('the commands of the pages', () => {
  it.each(
    asked.flatMap(({ file, command }) => {
      const args = podheraldArguments(command);
      return args === undefined || args.includes('--help') ? [] : [[file, command, args] as const];
    }),
  )('%s: podherald understands %s', async (_file, _command, args) => {
    expect(await parseCommand(args)).not.toBe('');
  });

  it.each(
    asked.flatMap(({ file, command }) => {
      const [, script] = /^npm run ([\w:]+)/.exec(command) ?? [];
      return script === undefined ? [] : [[file, script] as const];
    }),
  )('%s: package.json has the script %s', (_file, script) => {
    expect(scripts).toHaveProperty([script]);
  });

  it.each(
    asked.flatMap(({ file, command }) => {
      // For kubectl, deploy/ is a Deployment.
      const folders = command.startsWith('kubectl')
        ? /^(hack|examples)\//
        : /^(hack|examples|deploy)\//;
      const named = wordsOf(command).filter((word) => folders.test(word));
      return named.map((path) => [file, path] as const);
    }),
  )('%s: %s exists', (_file, path) => {
    expect(existsSync(path)).toBe(true);
  });
});

it('reads the commands of the pages', () => {
  const understood = asked.filter(({ command }) => podheraldArguments(command) !== undefined);
  expect(understood.length).toBeGreaterThan(30);
});

it('notices a flag that podherald does not have', async () => {
  const parsed = parseCommand(['inject', '-f', '-', '--no-such-flag']);
  await expect(parsed).rejects.toThrow('unknown option');
});
