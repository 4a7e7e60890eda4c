import type { Command } from 'commander';
import type { Output } from './output.ts';

type AddCommand = (program: Command, output: Output) => void;

/** The commands in the order of the help, with the modules that add them. A module is imported only if it is needed. */
const COMMANDS = {
  serve: async () => (await import('./serve.ts')).addServe,
  inject: async () => (await import('./inject.ts')).addInject,
  uninject: async () => (await import('./uninject.ts')).addUninject,
  explain: async () => (await import('./explain.ts')).addExplain,
  audit: async () => (await import('./audit.ts')).addAudit,
  manifests: async () => (await import('./manifests.ts')).addManifests,
  fn: async () => (await import('./fn.ts')).addFn,
  policy: async () => (await import('./policy.ts')).addPolicy,
  config: async () => (await import('./config.ts')).addConfig,
  rbac: async () => (await import('./rbac.ts')).addRbac,
  completion: async () => (await import('./completion.ts')).addCompletion,
} as const satisfies Record<string, () => Promise<AddCommand>>;

export type CommandName = keyof typeof COMMANDS;

export const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

/** The flags that print the version. */
export const VERSION_FLAGS = ['-v', '--version'] as const;

/**
 * The commands that are needed to run a command line: the one that it names. The help and a misspelt name need all of
 * them. Importing all takes longer than most commands run.
 */
export function neededCommands([first = '']: readonly string[]): readonly CommandName[] {
  const name = COMMAND_NAMES.find((one) => one === first);
  if (name !== undefined) return [name];
  return VERSION_FLAGS.some((flag) => flag === first) ? [] : COMMAND_NAMES;
}

/** Adds commands to the program, in the order of the help. */
export async function addCommands(
  program: Command,
  output: Output,
  names: readonly CommandName[],
): Promise<void> {
  const adders = await Promise.all(names.map((name) => COMMANDS[name]()));
  for (const add of adders) add(program, output);
}
