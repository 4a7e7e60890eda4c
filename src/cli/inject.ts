import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { defaultRules } from '../decision/rules.ts';
import { AppError } from '../errors.ts';
import { type InjectedManifest, injectManifest, type ManifestRemark } from '../manifest/inject.ts';
import { VERSION } from '../version.ts';
import { keyValue } from './arguments.ts';
import { summarize } from './inject-summary.ts';
import type { Output } from './output.ts';

interface InjectFlags {
  readonly filename: readonly string[];
  readonly namespace: string;
  readonly annotate?: ReadonlyMap<string, string>;
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
      collect,
      [],
    )
    .option('-n, --namespace <name>', 'namespace of objects that name none', 'default')
    .option(
      '--annotate <key=value>',
      'add an annotation to every pod and pod template first; may be repeated',
      keyValue,
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

function collect(file: string, files: readonly string[]): readonly string[] {
  return [...files, file];
}

function inject(flags: InjectFlags, output: Output): void {
  const options = {
    rules: defaultRules(VERSION),
    namespace: flags.namespace,
    annotate: flags.annotate ?? new Map<string, string>(),
  };
  const files = flags.filename.map((file) => {
    const name = file === '-' ? 'standard input' : file;
    return { name, manifest: injectManifest(read(file), options) };
  });
  const faults = files.flatMap(({ name, manifest }) => located(name, manifest.faults));
  if (faults.length > 0) throw new AppError('manifest', faults.join('\npodherald: '));
  for (const { name, manifest } of files) {
    for (const note of located(name, manifest.notes)) output.note(`podherald: ${note}\n`);
  }
  output.out(join(files.map(({ manifest }) => manifest)));
  output.note(
    summarize(
      files.flatMap(({ manifest }) => manifest.reports),
      options.rules.annotationPrefix,
    ),
  );
}

function located(name: string, remarks: readonly ManifestRemark[]): string[] {
  return remarks.map(({ line, message }) => `${name}:${line}: ${message}`);
}

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    throw new AppError('file', `cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** Files become one stream of documents. */
function join(manifests: readonly InjectedManifest[]): string {
  return manifests
    .map(({ text }) => text)
    .reduce((all, text) => {
      const begun = all === '' || all.endsWith('\n') ? all : `${all}\n`;
      return begun === '' || text.startsWith('---') ? begun + text : `${begun}---\n${text}`;
    }, '');
}
