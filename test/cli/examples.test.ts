import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { allCommands, parseCommand, SILENT } from '../support/parse-command.ts';

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut(part) {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

const VISIBLE = allCommands(await createProgram(SILENT)).filter(
  (command) =>
    command.parent === null ||
    command.parent.createHelp().visibleCommands(command.parent).includes(command),
);

/** The command lines of podherald in the examples, without the programs beside them. */
function exampleLines(help: string): string[] {
  const [, examples = ''] = help.split('\nExamples:\n');
  return examples
    .split('\n')
    .flatMap((line) => line.trim().split(/\s+(?:\||>)\s+|<\(/))
    .filter((part) => part.startsWith('podherald '))
    .map((part) => part.replace(/\)$/, '').replace(/ <.*$/, ''));
}

describe('the help of', () => {
  it.each(VISIBLE.map((command) => [command.name(), helpOf(command)] as const))(
    '%s has examples that the program accepts',
    async (name, help) => {
      const lines = exampleLines(help);

      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) {
        expect(await parseCommand(line.split(/\s+/).slice(1)), line).not.toBe('');
      }
      if (name !== 'podherald' && name !== 'help') {
        expect(lines.some((line) => line.includes(name))).toBe(true);
      }
    },
  );
});
