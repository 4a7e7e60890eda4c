import { Command, CommanderError } from 'commander';
import { didYouMean } from '../core/decision/values.ts';
import { AppError, ERROR_EXITS } from '../errors.ts';
import { VERSION } from '../version.ts';
import {
  addCommands,
  COMMAND_NAMES,
  type CommandName,
  neededCommands,
  VERSION_FLAGS,
} from './commands.ts';
import { COMPLETE } from './completion-scripts.ts';
import { noteText, type Output, printable } from './output.ts';

/**
 * The command line. Each command adds itself, with its help.
 *
 * @param name how the program was called, for the help.
 * @param names the commands to add; all by default.
 */
export async function createProgram(
  output: Output,
  name = 'podherald',
  names: readonly CommandName[] = COMMAND_NAMES,
): Promise<Command> {
  const program = new Command(name)
    .description(
      'podherald is a mutating admission webhook. Annotations of pods and namespaces request what it injects: the metadata of the pod (Downward API) as environment variables and files, and an ambassador, which is a sidecar with a proxy to the API server. Other commands inject into manifests, explain injections, and install podherald.',
    )
    .version(VERSION, VERSION_FLAGS.join(', '), 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: output.out,
      writeErr: output.note,
      // It may quote an argument.
      outputError: (text, write) => write(text.split(LINE_BREAKS).map(printable).join('\n')),
    })
    .showHelpAfterError('Use --help to list commands and options.');
  program.addHelpText('after', EXAMPLES);
  await addCommands(program, output, names);
  addHelp(program);
  return program;
}

/** Those that commander writes. Others come from an argument. */
const LINE_BREAKS = /\n(?=\(Did you mean |$)/;

/** Adds `podherald help`. commander's own knows no subcommands, and answers a wrong name with the general help. */
function addHelp(program: Command): void {
  program
    .command('help')
    .summary('print the help of a command')
    .description('Prints the help of podherald or of a command, as --help does.')
    .argument('[command...]', 'a command and its subcommand, such as config check')
    .addHelpText('after', HELP_EXAMPLES)
    .action((names: readonly string[]) => commandNamed(program, names).help());
}

function commandNamed(program: Command, names: readonly string[]): Command {
  return names.reduce((command, name) => {
    const found = command.commands.find((one) => one.name() === name);
    if (found !== undefined) return found;
    const known = command.commands.map((one) => one.name());
    return program.error(`error: unknown command '${name}'${didYouMean(name, known)}`);
  }, program);
}

const HELP_EXAMPLES = `
Examples:
  podherald help inject
  podherald help config check`;

const EXAMPLES = `
Examples:
  # Try the webhook on this machine, without a cluster:
  podherald serve --standalone

  # Inject into a manifest:
  podherald inject -f deployment.yaml

  # Find pods in the cluster that are missing an injection:
  podherald audit -A`;

/** kubectl runs the first for `kubectl podherald`, and the second to complete that. */
const KUBECTL_PLUGIN = 'kubectl-podherald';
const KUBECTL_COMPLETE = 'kubectl_complete-podherald';

/**
 * Runs one command line. Errors go to `output.note`, as one sentence each; only an
 * internal error shows a stack trace.
 *
 * @param args without `node` and the path of the program.
 * @param calledAs the file name of the program: `podherald`, or that of a plugin of kubectl.
 * @returns the exit code: 0 for success, 1 for failure, 2 for wrong usage.
 */
export async function runCli(
  args: readonly string[],
  output: Output,
  calledAs = 'podherald',
): Promise<0 | 1 | 2> {
  const words = calledAs === KUBECTL_COMPLETE ? [COMPLETE, '--', ...args] : args;
  const name = calledAs === KUBECTL_PLUGIN ? 'kubectl podherald' : 'podherald';
  try {
    const program = await createProgram(output, name, neededCommands(words));
    await program.parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    // commander has written its own message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : ERROR_EXITS.usage;
    if (error instanceof AppError) {
      // Each fault of a `faultsError` is a line of its own.
      for (const line of error.message.split('\npodherald: ')) output.note(noteText(line));
      return ERROR_EXITS[error.code];
    }
    const details = error instanceof Error ? error.stack : String(error);
    output.note(`podherald: internal error, please report it: ${details}\n`);
    return ERROR_EXITS.internal;
  }
}
