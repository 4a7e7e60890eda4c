import type { Command } from 'commander';
import { ERROR_EXITS } from '../errors.ts';
import { GENERATED, table } from '../render/reference-pages.ts';
import { createProgram } from './program.ts';

/** Wide enough for descriptions, narrow enough for a page. */
const COLUMNS = 110;

/** docs/reference/cli.md: what each command says to `--help`, from the declarations of the commands. */
export function cliPage(): string {
  const program = createProgram({ out: () => {}, note: () => {}, colour: false });
  return `${GENERATED}
# Command line

Results go to standard output; notes, summaries and errors go to standard error. Colours are only for terminals, and
\`NO_COLOR\` switches them off there too.

${table(['exit code', 'means'], EXITS)}

${commandsOf(program).map(section).join('\n')}`;
}

const EXITS = [
  ['0', 'done'],
  ['1', `failed, with a sentence that says why (${codesOf(1)})`],
  ['2', `wrong ${codesOf(2)}`],
];

function codesOf(exit: 1 | 2): string {
  const codes = Object.entries(ERROR_EXITS).filter(([, code]) => code === exit);
  return codes.map(([code]) => code).join(', ');
}

/** The program itself and every command below it that does something. */
function commandsOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsOf)];
}

function section(command: Command): string {
  return `## ${nameOf(command)}\n\n\`\`\`text\n${helpOf(command).trimEnd()}\n\`\`\`\n`;
}

function nameOf(command: Command): string {
  return [command.parent && nameOf(command.parent), command.name()].filter(Boolean).join(' ');
}

/** All that `--help` prints, examples included. */
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
