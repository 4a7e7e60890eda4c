import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ClusterChoice } from '../cluster/find-cluster.ts';
import { isDnsLabel, isQualifiedName } from '../core/api/names.ts';
import { parseServerVersion, type ServerVersion } from '../core/decision/rules.ts';
import { didYouMean } from '../core/decision/values.ts';

/** The flags that choose a cluster, as kubectl has them. */
export type ClusterFlags = ClusterChoice;

/** Adds the flags that choose a cluster. */
export function addClusterFlags(command: Command): Command {
  return command
    .option(
      '--kubeconfig <file>',
      'kubeconfig to use (default: those of the environment variable KUBECONFIG, else ~/.kube/config)',
    )
    .option('--context <name>', 'context of the kubeconfig to use (default: its current-context)');
}

/**
 * An option with a fixed set of values. A wrong value is answered with all of them and the nearest one.
 */
export function choice(flags: string, help: string, values: readonly string[]): Option {
  return new Option(flags, help).choices(values).argParser((text: string) => oneOf(text, values));
}

/** @throws InvalidArgumentError if the text is not one of the values. */
export function oneOf<Value extends string>(text: string, values: readonly Value[]): Value {
  const known = values.find((value) => value === text);
  if (known !== undefined) return known;
  throw new InvalidArgumentError(
    `Expected one of ${values.join(', ')}${didYouMean(text, values) || '.'}`,
  );
}

/**
 * Parsers of values that several commands take. Each throws an InvalidArgumentError that says what
 * was expected. commander prints it after the name of the option and the value.
 */

export function port(value: string): number {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    throw new InvalidArgumentError('Expected a port from 0 to 65535; 0 takes a free port.');
  }
  return number;
}

/**
 * Reads a number of seconds that is not negative.
 *
 * @throws InvalidArgumentError for anything else.
 */
export function seconds(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number < 0) {
    throw new InvalidArgumentError('Expected a number of seconds, 0 or more.');
  }
  return number;
}

/** The version of an API server, as `kubectl version` prints it: `v1.36.2`. */
export function serverVersion(text: string): ServerVersion {
  const version = parseServerVersion(text.startsWith('v') ? text : `v${text}`);
  if (version !== undefined) return version;
  throw new InvalidArgumentError('Expected a version with three numbers, such as v1.36.2.');
}

/**
 * Reads the name of a namespace, a DNS label.
 *
 * @throws InvalidArgumentError for anything else.
 */
export function namespaceName(name: string): string {
  if (isDnsLabel(name)) return name;
  throw new InvalidArgumentError(
    'Expected the name of a namespace: at most 63 lower-case letters, digits and hyphens.',
  );
}

/** Collects annotations, `key=value`. The value may contain `=`. */
export function keyValue(
  text: string,
  others: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected key=value.');
  const key = text.slice(0, at);
  if (!isQualifiedName(key.toLowerCase())) {
    throw new InvalidArgumentError(
      `"${key}" is not a valid annotation key. Expected a name such as inject-metadata or example.com/team.`,
    );
  }
  return new Map([...others, [key, text.slice(at + 1)]]);
}

/** The manifests that a command reads. */
export function filenameOption(): Option {
  return new Option(
    '-f, --filename <file>',
    'manifest (YAML or JSON), folder with manifests (.yaml, .yml, .json), or - for standard input; may be repeated',
  ).argParser(filenames);
}

export function recursiveOption(): Option {
  return new Option('-R, --recursive', 'also read the folders in a folder of --filename');
}

/** Collects the names of files. `-` is standard input. */
function filenames(file: string, others: readonly string[] = []): readonly string[] {
  if (file === '-' && others.includes('-')) {
    throw new InvalidArgumentError('Standard input (-) can be read only once.');
  }
  return [...others, file];
}
