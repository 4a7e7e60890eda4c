import { parse, stringify } from 'yaml';
import { isObject, type Json, type JsonObject } from '../core/api/json.ts';
import { kindOf, sentenceOf } from '../core/decision/findings.ts';
import { editDocument } from './edit-document.ts';
import type { EditedManifest } from './edit-manifests.ts';
import { fatalFindings, messageOf, type WorkloadReport } from './inject.ts';
import type { Path } from './objects.ts';
import { fieldPath, type Workload } from './workloads.ts';

/**
 * The input and output of a KRM function: `kind: ResourceList` of `config.kubernetes.io/v1`.
 * https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md
 */
export interface ResourceList {
  readonly items: readonly Json[];
  readonly functionConfig?: Json | undefined;
}

/** @returns the list, or a sentence that says what is wrong with the text. */
export function parseResourceList(text: string): ResourceList | { readonly invalid: string } {
  const value = parsedText(text);
  if (!isObject(value)) return { invalid: 'the input is not one YAML or JSON document' };
  const { kind, apiVersion, items = [], functionConfig } = value;
  if (kind !== 'ResourceList' || !String(apiVersion).startsWith('config.kubernetes.io/')) {
    return {
      invalid: `expected kind ResourceList of config.kubernetes.io/v1, got ${kind ?? 'no kind'} of ${apiVersion ?? 'no apiVersion'}`,
    };
  }
  if (!Array.isArray(items)) return { invalid: 'items is not a list' };
  return { items, functionConfig };
}

function parsedText(text: string): Json | undefined {
  try {
    return parse(text, { logLevel: 'error' });
  } catch {
    return undefined;
  }
}

/** One entry of `results`, for the tool that called the function. */
export interface FunctionResult {
  readonly message: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly resourceRef?: ResourceRef;
  readonly field?: { readonly path: string };
  readonly file?: { readonly path: string; readonly index?: number };
}

interface ResourceRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** What was injected into the items of a list, and everything that people should know about it. */
export function resultsOf(
  { items }: ResourceList,
  { reports, notes, faults }: EditedManifest<WorkloadReport>,
): FunctionResult[] {
  const results = reports.flatMap((report) => resultsOfWorkload(items, report));
  const told = new Set(results.map(({ message }) => message));
  const isNew = ({ message }: { readonly message: string }): boolean =>
    ![...told].some((one) => message.endsWith(one));
  return [
    ...results,
    ...faults.filter(isNew).map(({ message }): FunctionResult => ({ message, severity: 'error' })),
    ...notes.map(({ message }): FunctionResult => ({ message, severity: 'warning' })),
  ];
}

function resultsOfWorkload(items: readonly Json[], report: WorkloadReport): FunctionResult[] {
  const { workload, mutation, isRequested } = report;
  const { kind, apiVersion, name, namespace } = workload;
  const fatal = isRequested ? fatalFindings(mutation) : [];
  const about = {
    resourceRef: { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) },
    ...fileOf(items, workload),
  };
  const findings = mutation.findings
    .filter((found) => fatal.includes(found) || kindOf(found) === 'notice')
    .map((found): FunctionResult => {
      const path = fieldOf(workload, found.causes);
      return {
        message: fatal.includes(found) ? messageOf(found) : sentenceOf(found),
        severity: fatal.includes(found) ? 'error' : 'warning',
        ...about,
        ...(path !== undefined && { field: { path } }),
      };
    });
  const { env, volume, ambassador } = mutation.injected;
  const message = `injected (variables: ${env}, volumes: ${volume}, ambassadors: ${ambassador})`;
  const hasInjected = mutation.outcome === 'injected' && env + volume + ambassador > 0;
  return [...(hasInjected ? [{ message, severity: 'info', ...about } as const] : []), ...findings];
}

function fieldOf(
  { path, templatePath }: Workload,
  [cause]: WorkloadReport['mutation']['findings'][number]['causes'],
): string | undefined {
  const toTemplate = templatePath.slice(path.length);
  const inPod: Path | undefined =
    cause?.kind === 'annotation' && cause.namespace === undefined
      ? ['metadata', 'annotations', cause.key]
      : cause?.kind === 'field'
        ? cause.path
        : undefined;
  return inPod && fieldPath([...toTemplate, ...inPod]);
}

/** Where the item comes from, as kustomize and kpt annotate it. */
function fileOf(
  items: readonly Json[],
  { path: [, index] }: Workload,
): Pick<FunctionResult, 'file'> {
  const item = typeof index === 'number' ? items[index] : undefined;
  const metadata = isObject(item) ? item['metadata'] : undefined;
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined;
  if (!isObject(annotations)) return {};
  const path = annotations[`${INTERNAL}path`] ?? annotations[`${LEGACY}path`];
  const position = Number(annotations[`${INTERNAL}index`] ?? annotations[`${LEGACY}index`]);
  if (typeof path !== 'string') return {};
  return { file: { path, ...(Number.isInteger(position) && { index: position }) } };
}

const INTERNAL = 'internal.config.kubernetes.io/';
const LEGACY = 'config.kubernetes.io/';

/** The text of a list with these results, in place of those that it has. */
export function withResults(text: string, results: readonly FunctionResult[]): string {
  if (results.length === 0) return text;
  const value = parsedText(text) as JsonObject;
  const list = results as readonly unknown[] as readonly Json[];
  if (!Object.hasOwn(value, 'results')) {
    const edited = editDocument({ text, value }, [{ op: 'add', path: '/results', value: list }]);
    if (edited.fault === undefined) return edited.text;
  }
  return stringify({ ...value, results: list }, { lineWidth: 0 });
}
