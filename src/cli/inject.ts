import type { Command } from 'commander';
import { kindOf, sentenceOf } from '../core/decision/findings.ts';
import { unknownKeyHint } from '../core/decision/read-annotations.ts';
import { BUILT_IN_VERSION, type ServerVersion } from '../core/decision/rules.ts';
import { findMisplaced, misplacedSentences } from '../diagnosis/misplaced-annotations.ts';
import { exitCodeSentences } from '../diagnosis/pod-failure-policy.ts';
import { faultsError } from '../errors.ts';
import { injectManifests, type WorkloadReport } from '../manifests/inject.ts';
import { displayName } from '../manifests/workloads.ts';
import { filenameOption, keyValue, recursiveOption, serverVersion } from './arguments.ts';
import { configOption } from './config.ts';
import { addContextFlags, type ContextFlags, manifestContext } from './manifest-context.ts';
import {
  addInPlace,
  checkInPlace,
  type InPlaceFlags,
  located,
  manifestRules,
  readManifests,
  writeManifests,
} from './manifest-files.ts';
import { counted, noteText, type Output } from './output.ts';

interface InjectFlags extends ContextFlags, InPlaceFlags {
  readonly annotate?: ReadonlyMap<string, string>;
  readonly kubernetesVersion?: ServerVersion;
}

/** Adds `podherald inject` with its help. */
export function addInject(program: Command, output: Output): void {
  const command = program
    .command('inject')
    .summary('inject into manifests')
    .description(
      'Adds to the pods and pod templates in manifests what a webhook with the same config would add to the pods, and writes all manifests to standard output. Comments, order and other objects stay as they are. Writes a summary to standard error. If a pod is malformed, or would be denied because of its annotations, inject writes no manifests, and the exit code is 1.',
    )
    .addOption(filenameOption().makeOptionMandatory())
    .addOption(recursiveOption())
    .option(
      '--annotate <key=value>',
      'annotation to set, before injecting, on every pod and pod template that does not have it; may be repeated',
      keyValue,
    )
    .addOption(
      configOption(
        'config file of podherald (default: built-in config; with --from-cluster, the config installed in the cluster)',
      ),
    )
    .option(
      '--kubernetes-version <version>',
      `version of the API server; sets the tag of the ambassador image. Versions before v1.29.0 get no ambassador (default: ${BUILT_IN_VERSION.release})`,
      serverVersion,
    );
  addContextFlags(addInPlace(command))
    .addHelpText(
      'after',
      `
Without --from-cluster, inject reads no cluster: defaults of namespaces come only from the Namespaces in the manifests.

Examples:
  # Print the injected manifest:
  podherald inject -f deployment.yaml

  # Inject between kustomize and kubectl:
  kustomize build . | podherald inject -f - | kubectl apply -f -

  # Inject into a pod that has no annotation:
  podherald inject -f pod.yaml --annotate inject-metadata=true

  # Inject what the podherald in the cluster would inject, into the file:
  podherald inject -f deployment.yaml --from-cluster --in-place`,
    )
    .action((flags: InjectFlags) => inject(flags, output));
}

async function inject(flags: InjectFlags, output: Output): Promise<void> {
  checkInPlace(flags);
  const files = await readManifests(flags.filename, flags);
  const texts = files.map(({ text }) => text);
  const { config, namespaces, notes } = await manifestContext(flags, texts);
  checkAnnotations(flags, config.rules.annotationPrefix);
  const options = {
    ...namespaces,
    rules: manifestRules(config.rules, flags.kubernetesVersion),
    annotate: flags.annotate ?? new Map<string, string>(),
  };
  const injected = injectManifests(texts, options).map((manifest, index) => ({
    name: files[index]?.name ?? '',
    original: texts[index] ?? '',
    ...manifest,
  }));
  const faults = injected.flatMap((file) => located(file.name, file.faults));
  if (faults.length > 0) throw faultsError('manifest', faults);
  for (const note of notes) output.note(noteText(note));
  for (const note of injected.flatMap((file) => located(file.name, file.notes))) {
    output.note(noteText(note));
  }
  await writeManifests(injected, flags, output);
  const reports = injected.flatMap((file) => file.reports);
  if (reports.length > 0) output.note(noteText(`config: ${config.name}`));
  output.note(summarize(reports, options.rules.annotationPrefix));
}

/** A misspelt key would be set, and have no effect. Other keys are the user's own. */
function checkAnnotations({ annotate }: InjectFlags, prefix: string): void {
  const faults = [...(annotate?.keys() ?? [])].flatMap((key) => {
    const hint = unknownKeyHint(key, prefix);
    return hint === undefined
      ? []
      : [`--annotate: ${key} is not an annotation of podherald${hint}`];
  });
  if (faults.length > 0) throw faultsError('usage', faults);
}

/**
 * One line for each pod and workload, followed by indented lines: what the pod keeps, warnings, and
 * annotations that have no effect because they are on the workload.
 */
export function summarize(reports: readonly WorkloadReport[], annotationPrefix: string): string {
  if (reports.length === 0) {
    return NO_PODS;
  }
  return reports
    .flatMap((report) => [...linesOf(report), ...misplaced(report, annotationPrefix)])
    .map(noteText)
    .join('');
}

/** The summary of an input without pods. */
export const NO_PODS =
  'podherald: the input contains no pods or workloads, and is written unchanged\n';

function linesOf(report: WorkloadReport): string[] {
  const { workload, mutation } = report;
  const { outcome, findings } = mutation;
  const skip = findings.find((found) => kindOf(found) === 'skipped');
  const notices = findings.filter((found) => found !== skip);
  const why = skip === undefined ? '' : `: ${sentenceOf(skip)}`;
  return [
    `${displayName(workload)}: ${outcome}${amount(report)}${why}`,
    ...notices.map((notice) => `  ${sentenceOf(notice)}`),
    ...exitCodeSentences(workload, mutation).map((sentence) => `  ${sentence}`),
  ];
}

function amount({ mutation }: WorkloadReport): string {
  const { env, volume, ambassador } = mutation.injected;
  const parts = [
    env > 0 && counted(env, 'variable'),
    volume > 0 && counted(volume, 'volume'),
    ambassador > 0 && 'the ambassador',
  ];
  const words = parts.filter((part) => part !== false).join(', ');
  return words === '' ? '' : ` ${words}`;
}

function misplaced({ workload }: WorkloadReport, annotationPrefix: string): string[] {
  const wrong = findMisplaced(workload, annotationPrefix);
  return wrong === undefined ? [] : misplacedSentences(wrong).map((sentence) => `  ${sentence}`);
}
