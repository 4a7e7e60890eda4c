import { Argument, type Command } from 'commander';
import { oneOf } from './arguments.ts';
import { type Candidates, candidatesFor } from './candidates.ts';
import { COMPLETE, SHELL_SCRIPTS, SHELLS, type Shell } from './completion-scripts.ts';
import type { Output } from './output.ts';

/** Adds `podherald completion` with its help, and the hidden command that its scripts call. */
export function addCompletion(program: Command, output: Output): void {
  program
    .command('completion')
    .summary('print a script that completes commands in a shell')
    .description(
      'Prints a script for a shell. When the shell has run it, the Tab key completes commands, options and their values.',
    )
    .addArgument(
      new Argument('<shell>', 'the shell')
        .choices(SHELLS)
        .argParser((text: string) => oneOf(text, SHELLS)),
    )
    .addHelpText('after', EXAMPLES)
    .action((shell: Shell) => output.out(SHELL_SCRIPTS[shell]));
  program
    .command(COMPLETE, { hidden: true })
    .argument('[words...]')
    .action((words: readonly string[]) => output.out(linesOf(candidatesFor(program, words))));
}

const EXAMPLES = `
Examples:
  # bash, in ~/.bashrc:
  source <(podherald completion bash)

  # zsh, in ~/.zshrc, after compinit:
  source <(podherald completion zsh)

  # fish:
  podherald completion fish > ~/.config/fish/completions/podherald.fish

  # PowerShell, in $PROFILE:
  podherald completion powershell | Out-String | Invoke-Expression

kubectl podherald needs no script: kubectl calls kubectl_complete-podherald, which is installed beside podherald.`;

/** A candidate in each line, and the directive: 0 lets the shell offer files, 4 does not. */
function linesOf({ words, files }: Candidates): string {
  const lines = words.map(({ word, help }) => (help === undefined ? word : `${word}\t${help}`));
  return `${[...lines, files ? ':0' : ':4'].join('\n')}\n`;
}
