import type { Command } from 'commander';
import { faultsError } from '../errors.ts';
import { joinManifests } from '../manifests/documents.ts';
import { uninjectManifests } from '../manifests/uninject.ts';
import { filenames } from './arguments.ts';
import { configOption, configSource } from './config.ts';
import { located } from './inject.ts';
import { manifestRules } from './manifest-rules.ts';
import type { Output } from './output.ts';
import { readManifest } from './read-manifest.ts';
import { summarizeRemoval } from './uninject-summary.ts';

interface UninjectFlags {
  readonly filename: readonly string[];
  readonly namespace: string;
  readonly config?: string;
}

export function addUninject(program: Command, output: Output): void {
  program
    .command('uninject')
    .summary('take out of manifests what inject adds')
    .description(
      'Writes the manifests to standard output without what podherald would add to the rest of them. An entry is taken out only if it equals what podherald adds, and stands where podherald adds it; all else stays byte for byte. Annotations that ask for an injection stay too: without them there is nothing to compare with.',
    )
    .requiredOption(
      '-f, --filename <file>',
      'a manifest, or - for standard input; may be repeated',
      filenames,
    )
    .option('-n, --namespace <name>', 'namespace of objects that name none', 'default')
    .addOption(configOption('the config that they were injected by'))
    .addHelpText(
      'after',
      `
Examples:
  podherald uninject -f injected.yaml > clean.yaml
  podherald uninject -f old.yaml | podherald inject -f - --config new-config.yaml`,
    )
    .action((flags: UninjectFlags) => uninject(flags, output));
}

async function uninject(flags: UninjectFlags, output: Output): Promise<void> {
  const files = await Promise.all(flags.filename.map(readManifest));
  const rules = manifestRules((await configSource(flags.config)).get().rules);
  const texts = files.map(({ text }) => text);
  const cleaned = uninjectManifests(texts, { rules, namespace: flags.namespace });
  const faults = cleaned.flatMap(({ faults }, index) => located(files[index]?.name ?? '', faults));
  if (faults.length > 0) throw faultsError('manifest', faults);
  output.out(joinManifests(cleaned.map(({ text }) => text)));
  output.note(summarizeRemoval(cleaned.flatMap(({ reports }) => reports)));
}
