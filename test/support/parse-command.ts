import type { Command } from 'commander';
import type { Output } from '../../src/cli/output.ts';
import { createProgram } from '../../src/cli/program.ts';

export const SILENT: Output = { out: () => {}, note: () => {}, colour: false };

/** A command with all commands below it. */
export function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/**
 * Parses the arguments as the program does, without running the command.
 *
 * @returns the name of the command that would run.
 * @throws CommanderError if the program does not accept them.
 */
export async function parseCommand(args: readonly string[]): Promise<string> {
  const program = await createProgram(SILENT);
  let ran = '';
  for (const command of allCommands(program)) {
    if (command.commands.length > 0) continue;
    command.exitOverride().action(() => {
      ran = command.name();
    });
  }
  await program.parseAsync(args, { from: 'user' });
  return ran;
}
