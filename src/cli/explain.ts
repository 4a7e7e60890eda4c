import { type Command, Option } from 'commander';
import { stringify } from 'yaml';
import { filenames } from './arguments.ts';
import { explainData } from './explain-data.ts';
import { explainFiles } from './explain-files.ts';
import { explainObject } from './explain-object.ts';
import { explainText, noteText } from './explain-text.ts';
import type { ExplainedAll } from './explained.ts';
import { type ObjectName, objectName } from './object-path.ts';
import type { Output } from './output.ts';
import { addConfigFlags, type ConfigFlags } from './used-config.ts';

interface ExplainFlags extends ConfigFlags {
  readonly filename?: readonly string[];
  readonly namespace?: string;
  readonly output: 'text' | 'json' | 'yaml';
}

export function addExplain(program: Command, output: Output): void {
  const command = program
    .command('explain')
    .summary('what would be, or was, injected, and why')
    .description(
      'Tells for manifests, or for an object of the cluster, what podherald adds to which container, what it keeps and why, and whether the webhook is asked at all.',
    )
    .argument('[object]', 'an object of the cluster, such as pod/web or deployment/web', objectName)
    .option(
      '-f, --filename <file>',
      'a manifest, or - for standard input; may be repeated',
      filenames,
    )
    .option(
      '-n, --namespace <name>',
      'namespace of the object, or of objects that name none (default: that of the context of the kubeconfig, else default)',
    )
    .addOption(
      new Option('-o, --output <format>', 'what to write')
        .choices(['text', 'json', 'yaml'])
        .default('text'),
    );
  addConfigFlags(command)
    .addHelpText(
      'after',
      `
A manifest is explained by the config, the namespaces and the webhook of the cluster that kubectl would talk to. With
--config no cluster is asked about a manifest.

Examples:
  podherald explain -f deployment.yaml
  podherald explain pod/web-6d4cf56db6-x7k2p -n shop
  podherald explain deployment/web -n shop -o json
  kustomize build . | podherald explain -f - --config config.yaml`,
    )
    .action((object: ObjectName | undefined, flags: ExplainFlags) =>
      explain(object, flags, command, output),
    );
}

async function explain(
  object: ObjectName | undefined,
  flags: ExplainFlags,
  command: Command,
  output: Output,
): Promise<void> {
  const { filename } = flags;
  if ((object === undefined) === (filename === undefined)) {
    command.error('error: name either one object, such as pod/web, or files with --filename');
  }
  const all =
    object === undefined
      ? await explainFiles(filename ?? [], flags)
      : await explainObject(object, flags);
  write(all, flags, output);
}

function write(all: ExplainedAll, flags: ExplainFlags, output: Output): void {
  const { config, explained, notes } = all;
  if (config.trouble !== undefined) output.note(noteText(config.trouble.message));
  for (const note of notes) output.note(noteText(note));
  if (flags.output === 'text') {
    output.note(noteText(`by ${config.name}`));
    if (explained.length === 0)
      output.note(noteText('there is no pod and no workload in the input'));
    output.out(explained.map((one) => explainText(one, output)).join('\n'));
    return;
  }
  const data = { config: config.name, objects: explained.map(explainData) };
  output.out(
    flags.output === 'json'
      ? `${JSON.stringify(data, null, 2)}\n`
      : stringify(data, { lineWidth: 0, aliasDuplicateObjects: false }),
  );
}
