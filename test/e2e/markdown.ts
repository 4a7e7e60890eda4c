import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { KUBECTL } from './kubectl.ts';

/** A section of a page: its heading and its blocks of code. */
export interface PageSection {
  readonly title: string;
  readonly yamls: readonly string[];
  /** Commands, each after `$ `, and what they print. */
  readonly consoles: readonly string[];
}

/** The sections of a Markdown page with headings of level two. */
export function markdownSections(page: string): PageSection[] {
  return page
    .split(/^## /m)
    .slice(1)
    .map((text) => ({
      title: text.slice(0, text.indexOf('\n')),
      yamls: blocks(text, 'yaml'),
      consoles: blocks(text, 'console'),
    }));
}

function blocks(text: string, language: string): string[] {
  const found = text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'));
  return [...found].map(([, block = '']) => block);
}

/** A command of a page, what the page says that it prints, and what it printed. */
export interface ConsoleResult {
  readonly command: string;
  /** `…` in the page matches any text, and a line of `…` any lines. */
  readonly expected: RegExp;
  /** Standard output and standard error. */
  readonly printed: string;
}

/**
 * Runs the commands of a block one after the other, with the kubectl of the tests.
 *
 * @param names what to write instead of the words of the page, such as the name of a namespace.
 */
export function* runConsole(
  block: string,
  names: Readonly<Record<string, string>>,
): Generator<ConsoleResult> {
  const renamed = block.replaceAll(/[a-z]+/g, (word) => names[word] ?? word);
  for (const part of renamed.split(/^\$ /m).slice(1)) {
    const [command = '', ...lines] = part.trimEnd().split('\n');
    const path = KUBECTL.includes('/')
      ? `${dirname(KUBECTL)}:${process.env['PATH']}`
      : process.env['PATH'];
    const { stdout, stderr } = spawnSync('sh', ['-c', command], {
      encoding: 'utf8',
      env: { ...process.env, PATH: path },
    });
    yield { command, expected: patternOf(lines), printed: `${stdout}${stderr}`.trimEnd() };
  }
}

function patternOf(lines: readonly string[]): RegExp {
  const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const patterns = lines.map((line) =>
    line === '…' ? '(?:.*\n?)*' : `${line.split('…').map(escaped).join('.*')}\n?`,
  );
  return new RegExp(`^${patterns.join('')}$`);
}
