import type { Argument, Command, Option } from 'commander';

/** What a shell offers for the last word of a command line. */
export interface Candidates {
  readonly words: readonly OfferedWord[];
  /** Whether the shell offers the names of files as well. */
  readonly files: boolean;
}

export interface OfferedWord {
  readonly word: string;
  /** One sentence for people, if there is one. */
  readonly help?: string;
}

const NOTHING: Candidates = { words: [], files: false };
const FILES: Candidates = { words: [], files: true };

/**
 * The candidates for the last of some words. They come from the declarations of the commands, so that they are never
 * out of date.
 *
 * @param words the words after the name of the program, up to the cursor. The last one may be empty.
 */
export function candidatesFor(program: Command, words: readonly string[]): Candidates {
  const last = words.at(-1) ?? '';
  const { command, option, argumentCount } = walk(program, words.slice(0, -1));
  if (option !== undefined) return matching(valuesOf(option), last);
  const [flag = '', value] = split(last);
  if (value !== undefined) {
    const found = optionNamed(command, flag);
    return found === undefined ? NOTHING : prefixed(`${flag}=`, matching(valuesOf(found), value));
  }
  if (last.startsWith('-')) return matching(only(flagsOf(command)), last);
  if (command.commands.length > 0) {
    return argumentCount > 0 ? NOTHING : matching(only(commandsOf(command)), last);
  }
  if (command.name() === 'help') return matching(only(commandsOf(program)), last);
  const argument = command.registeredArguments[argumentCount] ?? command.registeredArguments.at(-1);
  return argument === undefined ? NOTHING : matching(argumentValues(argument), last);
}

interface CommandPosition {
  readonly command: Command;
  /** The option whose value comes next. */
  readonly option?: Option | undefined;
  readonly argumentCount: number;
}

/** Follows complete words from the program to a command. */
function walk(program: Command, words: readonly string[]): CommandPosition {
  let position: CommandPosition = { command: program, argumentCount: 0 };
  for (const word of words) {
    const { command, option, argumentCount } = position;
    if (option !== undefined) position = { command, argumentCount };
    else if (word.startsWith('-')) {
      const found = word.includes('=') ? undefined : optionNamed(command, word);
      position = { command, argumentCount, option: found?.required ? found : undefined };
    } else {
      const found = command.commands.find((one) => one.name() === word);
      position =
        found === undefined
          ? { command, argumentCount: argumentCount + 1 }
          : { command: found, argumentCount: 0 };
    }
  }
  return position;
}

function split(word: string): [flag: string, value?: string] {
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  return at === -1 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function optionNamed({ options }: Command, flag: string): Option | undefined {
  return options.find(({ long, short }) => flag === long || flag === short);
}

function valuesOf({ argChoices, flags }: Option): Candidates {
  return choicesOr(argChoices, flags.includes('<file>'));
}

function argumentValues(argument: Argument): Candidates {
  return choicesOr(argument.argChoices, argument.name() === 'file');
}

function choicesOr(choices: readonly string[] | undefined, isFile: boolean): Candidates {
  if (choices !== undefined) return only(choices.map((word) => ({ word })));
  return isFile ? FILES : NOTHING;
}

function only(words: readonly OfferedWord[]): Candidates {
  return { words, files: false };
}

function flagsOf(command: Command): OfferedWord[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, description }) => (long ? [{ word: long, help: description }] : []));
}

function commandsOf(command: Command): OfferedWord[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((one) => ({ word: one.name(), help: one.summary() || one.description() }));
}

function matching({ words, files }: Candidates, start: string): Candidates {
  return { words: words.filter(({ word }) => word.startsWith(start)), files };
}

function prefixed(prefix: string, { words, files }: Candidates): Candidates {
  return { words: words.map((one) => ({ ...one, word: prefix + one.word })), files };
}
