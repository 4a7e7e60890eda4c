import type { Command } from 'commander';
import { BUILT_IN_VERSION, type ServerVersion } from '../core/decision/rules.ts';
import { faultsError } from '../errors.ts';
import { joinManifests, type ManifestRemark } from '../manifests/documents.ts';
import { injectManifests } from '../manifests/inject.ts';
import { filenames, keyValue, serverVersion } from './arguments.ts';
import { configOption, configSource } from './config.ts';
import { summarize } from './inject-summary.ts';
import { manifestRules } from './manifest-rules.ts';
import type { Output } from './output.ts';
import { readManifest } from './read-manifest.ts';

interface InjectFlags {
  readonly filename: readonly string[];
  readonly namespace: string;
  readonly annotate?: ReadonlyMap<string, string>;
  readonly config?: string;
  readonly kubernetesVersion?: ServerVersion;
}

export function addInject(program: Command, output: Output): void {
  program
    .command('inject')
    .summary('the same injection on manifests')
    .description(
      'Writes the manifests to standard output with what the webhook would add to their pods and pod templates. All else stays as it is: comments, order, other documents.',
    )
    .requiredOption(
      '-f, --filename <file>',
      'a manifest, or - for standard input; may be repeated',
      filenames,
    )
    .option('-n, --namespace <name>', 'namespace of objects that name none', 'default')
    .option(
      '--annotate <key=value>',
      'add an annotation to every pod and pod template first; may be repeated',
      keyValue,
    )
    .addOption(configOption('the webhook’s config'))
    .option(
      '--kubernetes-version <version>',
      `version of the API server, which the ambassador's image follows (default: ${BUILT_IN_VERSION.release})`,
      serverVersion,
    )
    .addHelpText(
      'after',
      `
Examples:
  podherald inject -f deployment.yaml
  kustomize build . | podherald inject -f - | kubectl apply -f -
  podherald inject -f pod.yaml --annotate inject-metadata=true`,
    )
    .action((flags: InjectFlags) => inject(flags, output));
}

async function inject(flags: InjectFlags, output: Output): Promise<void> {
  const files = await Promise.all(flags.filename.map(readManifest));
  const options = {
    rules: manifestRules((await configSource(flags.config)).get().rules, flags.kubernetesVersion),
    namespace: flags.namespace,
    annotate: flags.annotate ?? new Map<string, string>(),
  };
  const texts = files.map(({ text }) => text);
  const injected = injectManifests(texts, options).map((manifest, index) => ({
    name: files[index]?.name ?? '',
    ...manifest,
  }));
  const faults = injected.flatMap((file) => located(file.name, file.faults));
  if (faults.length > 0) throw faultsError('manifest', faults);
  for (const note of injected.flatMap((file) => located(file.name, file.notes))) {
    output.note(`podherald: ${note}\n`);
  }
  output.out(joinManifests(injected.map(({ text }) => text)));
  const reports = injected.flatMap((file) => file.reports);
  output.note(summarize(reports, options.rules.annotationPrefix));
}

/** Remarks with the name of their file. */
export function located(name: string, remarks: readonly ManifestRemark[]): string[] {
  return remarks.map(({ line, message }) => `${name}:${line}: ${message}`);
}
