import { type Command, Option } from 'commander';
import { type ConfigSource, defaultConfig } from '../config/compile.ts';
import type { Config } from '../config/schema.ts';
import { AppError } from '../errors.ts';
import { VERSION } from '../version.ts';
import { type Output, paint } from './output.ts';
import { readManifest } from './read-manifest.ts';

/** The flag of every command that works by a config. */
export function configOption(help: string): Option {
  return new Option('--config <file>', help).env('PODHERALD_CONFIG');
}

/** Reads the file if one is given: it alone needs the schema library, which takes time to load. */
export async function configSource(file: string | undefined): Promise<ConfigSource> {
  if (file === undefined || file === '') return defaultConfig(VERSION);
  const { configFile } = await import('../config/load.ts');
  return configFile(file, VERSION);
}

export function addConfig(program: Command, output: Output): void {
  const config = program
    .command('config')
    .summary('check, explain and print the config')
    .description('Everything about the config file, which serve and inject take as --config.')
    .helpCommand(false);
  config
    .command('check')
    .summary('tell everything that is wrong with a config')
    .description('Reads a config as serve does, and tells every fault with its line and column.')
    .argument('<file>', 'the config, or - for standard input')
    .addHelpText('after', CHECK_EXAMPLES)
    .action((file: string) => check(file, output));
  config
    .command('schema')
    .summary('print the JSON Schema of the config')
    .description(
      'Prints the JSON Schema (draft-07) of the config, by which editors help to write one.',
    )
    .addHelpText('after', SCHEMA_EXAMPLES)
    .action(() => printSchema(output));
  config
    .command('print')
    .summary('print the effective config')
    .description('Prints a config with every default and every built-in profile written out.')
    .argument('[file]', 'the config, or - for standard input; without it, the defaults')
    .addHelpText('after', PRINT_EXAMPLES)
    .action((file: string | undefined) => print(file, output));
}

const CHECK_EXAMPLES = `
Examples:
  podherald config check config.yaml
  kubectl get configmap podherald -n podherald -o jsonpath='{.data.config\\.yaml}' | podherald config check -`;

const SCHEMA_EXAMPLES = `
Examples:
  podherald config schema > config.schema.json

  With this as its first line, editors that have yaml-language-server complete and check a config:
  # yaml-language-server: $schema=config.schema.json`;

const PRINT_EXAMPLES = `
Examples:
  podherald config print
  podherald config print config.yaml`;

async function check(file: string, output: Output): Promise<void> {
  const { describeProfiles } = await import('../config/print.ts');
  const { name, config } = await read(file, output);
  output.out(`${name}: ${paint(output, 'green', 'ok')}, ${describeProfiles(config)}\n`);
}

async function printSchema(output: Output): Promise<void> {
  const { configJsonSchema } = await import('../config/json-schema.ts');
  output.out(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
}

async function print(file: string | undefined, output: Output): Promise<void> {
  const { emptyConfig, printConfig } = await import('../config/print.ts');
  const config = file === undefined ? emptyConfig() : (await read(file, output)).config;
  output.out(printConfig(config));
}

/** Faults go to standard output, as they are the result of a check; the error only counts them. */
async function read(file: string, output: Output): Promise<{ name: string; config: Config }> {
  const { parseConfig } = await import('../config/parse.ts');
  const { faultLine } = await import('../config/parse.ts');
  const { name, text } = await readManifest(file);
  const parsed = parseConfig(text);
  if ('config' in parsed) return { name, config: parsed.config };
  const { faults } = parsed;
  for (const fault of faults) output.out(`${paint(output, 'red', faultLine(name, fault))}\n`);
  throw new AppError(
    'config',
    `${name} has ${faults.length} fault${faults.length === 1 ? '' : 's'}`,
  );
}
