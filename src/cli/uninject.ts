import type { Command } from 'commander';
import { kindOf, sentenceOf } from '../core/decision/findings.ts';
import { type ItemKind, itemsPresent } from '../diagnosis/injected-items.ts';
import { faultsError } from '../errors.ts';
import { hasNoParts, type InjectedParts } from '../manifests/removal/injected-parts.ts';
import { type Rest, type UninjectReport, uninjectManifests } from '../manifests/uninject.ts';
import { displayName } from '../manifests/workloads.ts';
import { filenameOption, recursiveOption } from './arguments.ts';
import { configOption } from './config.ts';
import { NO_PODS } from './inject.ts';
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

type UninjectFlags = ContextFlags & InPlaceFlags;

/** Adds `podherald uninject` with its help. */
export function addUninject(program: Command, output: Output): void {
  const command = program
    .command('uninject')
    .summary('remove from manifests what inject added')
    .description(
      'Removes from manifests what inject added, and writes all manifests to standard output. Removes a container, variable, mount, volume or annotation only if inject would add it again with the same content at the same position. Everything else stays as it is. The annotations that request the injection stay too, because uninject needs them to find out what was added. Writes a summary to standard error.',
    )
    .addOption(filenameOption().makeOptionMandatory())
    .addOption(recursiveOption())
    .addOption(
      configOption(
        'config file that was used to inject (default: built-in config; with --from-cluster, the config installed in the cluster)',
      ),
    );
  addContextFlags(addInPlace(command))
    .addHelpText(
      'after',
      `
Examples:
  # Restore the manifest as it was before inject:
  podherald uninject -f injected.yaml > clean.yaml

  # Inject again with another config:
  podherald uninject -f old.yaml | podherald inject -f - --config new-config.yaml`,
    )
    .action((flags: UninjectFlags) => uninject(flags, output));
}

async function uninject(flags: UninjectFlags, output: Output): Promise<void> {
  checkInPlace(flags);
  const files = await readManifests(flags.filename, flags);
  const texts = files.map(({ text }) => text);
  const { config, namespaces, notes } = await manifestContext(flags, texts);
  const options = { ...namespaces, rules: manifestRules(config.rules) };
  const cleaned = uninjectManifests(texts, options).map((manifest, index) => ({
    name: files[index]?.name ?? '',
    original: texts[index] ?? '',
    ...manifest,
  }));
  const faults = cleaned.flatMap((file) => located(file.name, file.faults));
  if (faults.length > 0) throw faultsError('manifest', faults);
  for (const note of notes) output.note(noteText(note));
  await writeManifests(cleaned, flags, output);
  const reports = cleaned.flatMap((file) => file.reports);
  if (reports.length > 0) output.note(noteText(`config: ${config.name}`));
  output.note(summarizeRemoval(reports));
}

/** One line for each pod and workload, followed by indented lines about what looks injected but stays. */
export function summarizeRemoval(reports: readonly UninjectReport[]): string {
  if (reports.length === 0) {
    return NO_PODS;
  }
  return reports.flatMap(linesOf).map(noteText).join('');
}

function linesOf(report: UninjectReport): string[] {
  const kept = report.rest === undefined ? [] : keptLines(report.rest);
  return [
    `${displayName(report.workload)}: ${ending(report, kept.length > 0)}`,
    ...kept.map((line) => `  ${line}`),
  ];
}

function ending({ removed, mutation }: UninjectReport, hasKept: boolean): string {
  if (!hasNoParts(removed)) return `removed ${amounts(removed)}`;
  const skip = mutation.findings.find((found) => kindOf(found) === 'skipped');
  if (skip !== undefined) {
    return `unchanged, because it is unknown what was injected: ${sentenceOf(skip)}`;
  }
  return hasKept ? 'unchanged' : 'unchanged: nothing to remove';
}

/** Entries that stay, because their content or position differs from what podherald injects. */
function keptLines({ pod, present, mutation }: Rest): string[] {
  const kept = mutation.findings.filter((found) => kindOf(found) === 'kept');
  return [
    ...itemsPresent(pod, present).map(({ container, kind, names }) => {
      const nouns = names.length === 1 ? NOUNS[kind] : `${NOUNS[kind]}s`;
      const where = container === undefined ? '' : ` of container ${container}`;
      return `kept ${nouns} ${names.join(', ')}${where}: ${DIFFERENT}`;
    }),
    ...kept.map(sentenceOf),
  ];
}

const DIFFERENT = 'content or position differs from what podherald injects';

const NOUNS: Readonly<Record<ItemKind, string>> = {
  env: 'variable',
  files: 'mount',
  container: 'container',
  volume: 'volume',
  annotation: 'annotation',
};

function amounts({ containers, volumes, ambassadorIndex, annotations }: InjectedParts): string {
  const env = containers.reduce((sum, own) => sum + own.env.length, 0);
  const parts = [
    ambassadorIndex !== undefined && 'the ambassador',
    env > 0 && counted(env, 'variable'),
    volumes.length > 0 && counted(volumes.length, 'volume'),
    annotations.length > 0 && counted(annotations.length, 'annotation'),
  ];
  return parts.filter((part) => part !== false).join(', ');
}
