import { type Command, InvalidArgumentError } from 'commander';
import { isObject, type Json } from '../core/api/json.ts';
import { didYouMean } from '../core/decision/values.ts';
import { AppError, faultsError } from '../errors.ts';
import { injectManifests } from '../manifests/inject.ts';
import { parseResourceList, resultsOf, withResults } from '../manifests/resource-list.ts';
import { keyValue, namespaceName, serverVersion } from './arguments.ts';
import { DEFAULT_NAMESPACE } from './cluster-view.ts';
import { manifestRules, readManifest } from './manifest-files.ts';
import { noteText, type Output } from './output.ts';
import { configFromText } from './used-config.ts';

/** Adds `podherald fn` with its help. */
export function addFn(program: Command, output: Output): void {
  program
    .command('fn')
    .summary('inject as a KRM function, for kustomize and kpt')
    .description(
      'Reads a ResourceList (config.kubernetes.io/v1) from standard input, injects into its items as inject does, and writes the list with results to standard output. functionConfig is a ConfigMap: its data may have config.yaml (a config file of podherald), annotate (annotations such as inject-metadata=true, separated by commas or newlines), namespace, and kubernetes-version. If a pod would be denied, the list is written unchanged but for its results, and the exit code is 1.',
    )
    .addHelpText('after', EXAMPLES)
    .action(() => fn(output));
}

const EXAMPLES = `
Use it as a transformer of kustomize:
  # kustomization.yaml
  transformers: [podherald.yaml]

  # podherald.yaml
  apiVersion: v1
  kind: ConfigMap
  metadata:
    name: podherald
    annotations:
      config.kubernetes.io/function: |
        exec: {path: podherald, args: [fn]}
  data:
    annotate: inject-metadata=true

Examples:
  # Build with the transformer:
  kustomize build --enable-alpha-plugins --enable-exec .

  # Call the function by hand:
  podherald fn < resource-list.yaml`;

async function fn(output: Output): Promise<void> {
  const { text } = await readManifest('-');
  const list = parseResourceList(text);
  if ('invalid' in list) throw new AppError('manifest', `standard input: ${list.invalid}`);
  const settings = settingsOf(list.functionConfig);
  const { rules, namespaces } = await configFromText('functionConfig', settings['config.yaml']);
  const [injected] = injectManifests([text], {
    namespace: read(settings, 'namespace', namespaceName) ?? DEFAULT_NAMESPACE,
    usesDefaults: namespaces.annotations,
    rules: manifestRules(rules, read(settings, 'kubernetes-version', serverVersion)),
    annotate: read(settings, 'annotate', annotationsOf) ?? new Map(),
  });
  if (injected === undefined) return;
  const results = resultsOf(list, injected);
  output.out(withResults(injected.text, results));
  const errors = results.filter(({ severity }) => severity === 'error');
  for (const { message, severity, resourceRef } of results) {
    if (severity === 'warning') output.note(noteText(named(message, resourceRef)));
  }
  if (errors.length > 0) {
    throw faultsError(
      'manifest',
      errors.map(({ message, resourceRef }) => named(message, resourceRef)),
    );
  }
}

function named(
  message: string,
  ref: { readonly kind: string; readonly name: string } | undefined,
): string {
  return ref === undefined ? message : `${ref.kind} ${ref.name}: ${message}`;
}

const SETTINGS = ['config.yaml', 'annotate', 'namespace', 'kubernetes-version'] as const;

type Settings = { readonly [Key in (typeof SETTINGS)[number]]?: string };

/** @throws AppError `usage` if the functionConfig is not a ConfigMap with known keys. */
function settingsOf(functionConfig: Json | undefined): Settings {
  if (functionConfig === undefined || functionConfig === null) return {};
  const kind = isObject(functionConfig) ? functionConfig['kind'] : undefined;
  if (!isObject(functionConfig) || kind !== 'ConfigMap') {
    throw new AppError(
      'usage',
      `functionConfig: expected a ConfigMap, got ${String(kind ?? 'no kind')}`,
    );
  }
  const { data = {} } = functionConfig;
  const faults = Object.entries(isObject(data) ? data : {}).flatMap(([key, value]) => {
    if (!(SETTINGS as readonly string[]).includes(key)) {
      return [`functionConfig: data.${key} is unknown${didYouMean(key, SETTINGS)}`];
    }
    return typeof value === 'string' ? [] : [`functionConfig: data.${key} is not a string`];
  });
  if (faults.length > 0) throw faultsError('usage', faults);
  return data as Settings;
}

/** @throws AppError `usage` if the value of a setting is invalid. */
function read<Value>(
  settings: Settings,
  key: keyof Settings,
  parse: (text: string) => Value,
): Value | undefined {
  const text = settings[key];
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new AppError('usage', `functionConfig: data.${key}: ${error.message}`);
  }
}

function annotationsOf(text: string): ReadonlyMap<string, string> {
  return text
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .reduce<ReadonlyMap<string, string>>((all, one) => keyValue(one, all), new Map());
}
