import type { Command } from 'commander';
import {
  addClusterFlags,
  type ClusterFlags,
  choice,
  filenameOption,
  recursiveOption,
} from './arguments.ts';
import { explainFiles } from './explain-files.ts';
import { explainObject } from './explain-object.ts';
import { requireNoProblems, writeExplained } from './explain-output.ts';
import type { RecursiveFlags } from './manifest-files.ts';
import { type ObjectName, objectName } from './object-path.ts';
import type { Output } from './output.ts';
import { addConfigFlags, type ConfigFlags } from './used-config.ts';

interface ExplainFlags extends ConfigFlags, ClusterFlags, RecursiveFlags {
  readonly filename?: readonly string[];
  readonly namespace?: string;
  readonly output: 'text' | 'json' | 'yaml';
  readonly exitCode?: true;
}

/** Adds `podherald explain` with its help. */
export function addExplain(program: Command, output: Output): void {
  const command = program
    .command('explain')
    .summary('show what is injected into a pod, and why')
    .description(
      'Shows what podherald adds to each container of a pod or workload, and what it does not add, each with the reason. With a cluster, also shows whether the API server calls the webhook. Explains manifests or one object of the cluster, and changes nothing.',
    )
    .argument('[object]', 'an object of the cluster, such as pod/web or deployment/web', objectName)
    .addOption(filenameOption())
    .addOption(recursiveOption())
    .option(
      '-n, --namespace <name>',
      'namespace of the object; with --filename, namespace of objects without metadata.namespace (default: the namespace of the current context, or default)',
    )
    .addOption(
      choice('-o, --output <format>', 'output format', ['text', 'json', 'yaml']).default('text'),
    );
  command.option(
    '--exit-code',
    'exit with 1 if something does not get what it requests, or if an annotation has no effect: for a pipeline',
  );
  addClusterFlags(addConfigFlags(command))
    .addHelpText(
      'after',
      `
explain reads the cluster that kubectl would use. Without a cluster, it explains only manifests, and uses the
built-in config. With --config, it explains manifests without reading a cluster, unless --context or --kubeconfig chooses one.

Examples:
  podherald explain -f deployment.yaml
  podherald explain pod/web-6d4cf56db6-x7k2p -n shop
  podherald explain deployment/web -n shop -o json
  kustomize build . | podherald explain -f - --config config.yaml

  # Check manifests in a pipeline:
  podherald explain -R -f manifests --config config.yaml --exit-code`,
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
    command.error('error: pass either one object, such as pod/web, or manifests with --filename');
  }
  const result =
    object === undefined
      ? await explainFiles(filename ?? [], flags)
      : await explainObject(object, flags);
  writeExplained(result, flags.output, output);
  if (flags.exitCode) requireNoProblems(result);
}
