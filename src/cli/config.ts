import { type Command, Option } from 'commander';
import { type ConfigSource, defaultConfig } from '../config/compile.ts';
import type { Config } from '../config/schema.ts';
import { AppError } from '../errors.ts';
import { VERSION } from '../version.ts';
import { readManifest } from './manifest-files.ts';
import { counted, type Output, paint, printable } from './output.ts';

/** The option --config. The environment variable PODHERALD_CONFIG sets it too. */
export function configOption(help: string): Option {
  return new Option('--config <file>', help).env('PODHERALD_CONFIG');
}

/**
 * The config of a file, or the built-in config without a file. Only a file loads the schema library,
 * which takes a while.
 *
 * @throws AppError `file` or `config` if the file cannot be read or is invalid.
 */
export async function configSource(file: string | undefined): Promise<ConfigSource> {
  if (file === undefined || file === '') return defaultConfig(VERSION);
  const { configFile } = await import('../config/load.ts');
  return configFile(file, VERSION);
}

/** Adds `podherald config` with its subcommands and their help. */
export function addConfig(program: Command, output: Output): void {
  const config = program
    .command('config')
    .summary('check or print a config file, or print the JSON Schema')
    .description(
      'Checks or prints config files. Commands such as serve and inject use a config file with --config.',
    )
    .helpCommand(false)
    .addHelpText('after', CONFIG_EXAMPLES);
  config
    .command('check')
    .summary('check a config file and print every error in it')
    .description(
      'Checks a config file as serve does. Prints every error with its line and column, and warns about settings that work but cause trouble elsewhere. The exit code is 1 if the file has an error.',
    )
    .argument('<file>', 'config file, or - for standard input')
    .addHelpText('after', CHECK_EXAMPLES)
    .action((file: string) => check(file, output));
  config
    .command('schema')
    .summary('print the JSON Schema of config files')
    .description(
      'Prints the JSON Schema (draft-07) of config files. Editors use it to complete and check a config file.',
    )
    .addHelpText('after', SCHEMA_EXAMPLES)
    .action(() => printSchema(output));
  config
    .command('print')
    .summary('print a config with all defaults filled in')
    .description(
      'Prints a config with all defaults and built-in profiles filled in. The output is a valid config file.',
    )
    .argument('[file]', 'config file, or - for standard input (default: built-in config)')
    .addHelpText('after', PRINT_EXAMPLES)
    .action((file: string | undefined) => print(file, output));
}

const CONFIG_EXAMPLES = `
Examples:
  podherald config check config.yaml
  podherald config print config.yaml
  podherald config schema > config.schema.json`;

const CHECK_EXAMPLES = `
Examples:
  podherald config check config.yaml

  # Check the config that is installed in the cluster:
  kubectl get configmap podherald -n podherald -o jsonpath='{.data.config\\.yaml}' | podherald config check -`;

const SCHEMA_EXAMPLES = `
Examples:
  podherald config schema > config.schema.json

  # For editors with yaml-language-server, write this as the first line of the config file:
  # yaml-language-server: $schema=config.schema.json`;

const PRINT_EXAMPLES = `
Examples:
  # Print the built-in config:
  podherald config print

  # Print a config file with all defaults filled in:
  podherald config print config.yaml`;

async function check(file: string, output: Output): Promise<void> {
  const { describeProfiles } = await import('../config/print.ts');
  const { name, config } = await read(file, output);
  output.out(`${printable(name)}: ${paint(output, 'green', 'ok')}; ${describeProfiles(config)}\n`);
  if (config.ambassador.resources.requests.cpu === undefined) output.note(NO_CPU_REQUEST);
}

const NO_CPU_REQUEST =
  'podherald: ambassador.resources has no cpu request: a HorizontalPodAutoscaler on CPU utilization fails for pods with an ambassador, because it needs a request in every container\n';

async function printSchema(output: Output): Promise<void> {
  const { configJsonSchema } = await import('../config/json-schema.ts');
  output.out(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
}

async function print(file: string | undefined, output: Output): Promise<void> {
  const { emptyConfig, printConfig } = await import('../config/print.ts');
  const config = file === undefined ? emptyConfig() : (await read(file, output)).config;
  output.out(printConfig(config));
}

/** Writes faults to standard output, because they are the result of a check. The thrown error has their number. */
async function read(file: string, output: Output): Promise<{ name: string; config: Config }> {
  const { parseConfig } = await import('../config/parse.ts');
  const { faultLine } = await import('../config/parse.ts');
  const { name, text } = await readManifest(file);
  const parsed = parseConfig(text);
  if ('config' in parsed) return { name, config: parsed.config };
  const { faults } = parsed;
  for (const fault of faults)
    output.out(`${paint(output, 'red', printable(faultLine(name, fault)))}\n`);
  throw new AppError('config', `${name} has ${counted(faults.length, 'error')}`);
}
