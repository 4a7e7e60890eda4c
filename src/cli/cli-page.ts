import type { Command } from 'commander';
import { GENERATED, table } from '../render/reference-pages.ts';
import { createProgram } from './program.ts';

/** Wide enough for descriptions, and narrow enough for a web page. */
const COLUMNS = 110;

/** docs/reference/cli.md: the `--help` of every command. */
export async function cliPage(): Promise<string> {
  const program = await createProgram({ out: () => {}, note: () => {}, colour: false });
  return `${GENERATED}
# Command line

Results go to standard output. Notes, summaries and errors go to standard error. Colours are used only on terminals,
and never if \`NO_COLOR\` is set.

${table(['exit code', 'meaning'], EXITS)}

${commandsOf(program).map(section).join('\n')}`;
}

const EXITS = [
  ['0', 'success'],
  [
    '1',
    'failure, or a problem that `audit`, `config check` or `explain --exit-code` found; the output says what is wrong and what to do',
  ],
  ['2', 'wrong usage: an unknown command or option, or an invalid value of an option'],
];

/** A command and all its subcommands. */
function commandsOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsOf)];
}

function section(command: Command): string {
  return `## ${nameOf(command)}\n\n\`\`\`text\n${helpOf(command).trimEnd()}\n\`\`\`\n`;
}

function nameOf(command: Command): string {
  return [command.parent && nameOf(command.parent), command.name()].filter(Boolean).join(' ');
}

/** The output of `--help`, with examples. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => COLUMNS,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}
