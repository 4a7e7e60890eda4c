import { mutate } from '../core/admission/mutate.ts';
import type { Mutation } from '../core/admission/mutation.ts';
import { isObject } from '../core/api/json.ts';
import type { AddOperation } from '../core/api/json-patch.ts';
import { isMalformed, parsePod } from '../core/api/parse-pod.ts';
import { annotationNameOf } from '../core/decision/annotations.ts';
import { type Finding, sentenceOf } from '../core/decision/findings.ts';
import type { Namespace } from '../core/decision/namespace.ts';
import { namespaceFindings } from '../core/decision/read-annotations.ts';
import type { Rules } from '../core/decision/rules.ts';
import { annotate } from '../core/injection/patch.ts';
import type { ManifestDocument, ManifestRemark } from './documents.ts';
import { type EditedDocument, editDocument } from './edit-document.ts';
import {
  type EditedManifest,
  type EditOptions,
  editManifests,
  type OriginLookup,
} from './edit-manifests.ts';
import { namespacesIn, objectsIn, type Path } from './objects.ts';
import { findUnreachable } from './unreachable.ts';
import { displayName, findWorkloads, toDocumentOperation, type Workload } from './workloads.ts';

/** How to inject manifests. */
export interface InjectOptions extends EditOptions {
  /** Added to every Pod and pod template before the injection, unless it already has the key. */
  readonly annotate: ReadonlyMap<string, string>;
}

/** The result for one Pod or pod template. */
export interface WorkloadReport {
  /** As the text of the manifest has it, after the annotations of `annotate`. */
  readonly workload: Workload;
  readonly mutation: Mutation;
  /** Whether an annotation of the pod or of its namespace, or `annotate`, requests anything. */
  readonly isRequested: boolean;
  /**
   * Returns the line in the original text (from 1) of a path in the Pod or pod template, or of the
   * nearest existing node around it.
   */
  lineOf(path: Path): number;
}

/** The result of `injectManifests` for one text. */
export type InjectedManifest = EditedManifest<WorkloadReport>;

/**
 * Injects every Pod and workload in the YAML documents of some texts; the other text is unchanged.
 * A Namespace in one text applies to the workloads of all texts. Never throws for invalid input.
 *
 * @returns one result for each text, in the same order.
 */
export function injectManifests(
  texts: readonly string[],
  options: InjectOptions,
): InjectedManifest[] {
  return editManifests(texts, options, (text, document, lookUp) =>
    injectDocument(text, document, lookUp, options),
  );
}

function injectDocument(
  text: string,
  document: ManifestDocument,
  lookUp: OriginLookup,
  options: InjectOptions,
): InjectedManifest {
  const { rules, annotate: annotations } = options;
  const workloads = findWorkloads(document.value, rules.podTemplates);
  const annotating = workloads.flatMap((workload) => annotationsToAdd(workload, annotations));
  const { value, parsed } = document;
  const annotated = editDocument({ text, value, ...(parsed && { parsed }) }, annotating);
  const reports = findWorkloads(annotated.value, rules.podTemplates).map((workload) => ({
    workload,
    mutation: mutate(workload.template, lookUp(workload), rules),
    lineOf: (path: Path) => document.lineOf([...workload.templatePath, ...path]),
    isRequested: isRequested(workload, lookUp(workload), options),
  }));
  const edited = editDocument(annotated, reports.flatMap(operationsOf));
  const edits = [annotated, edited];
  return {
    text: edited.text,
    reports,
    notes: [
      ...reports.flatMap(incompleteNote),
      ...findUnreachable(document.value, rules).map(({ path, message }) => ({
        line: document.lineOf([...path, 'metadata', 'annotations']),
        message,
      })),
      ...(options.usesDefaults === false ? [] : namespaceNotes(document, rules)),
      ...remarksOn(document, edits, 'note'),
    ],
    faults: [...reports.flatMap(faultsOf), ...remarksOn(document, edits, 'fault')],
  };
}

/** What is wrong with the annotations of the Namespaces in a document. */
function namespaceNotes({ value, lineOf }: ManifestDocument, rules: Rules): ManifestRemark[] {
  return objectsIn(value).flatMap(({ object, path }) =>
    [...namespacesIn([{ value: object }])].flatMap(([name, { annotations = {} }]) =>
      namespaceFindings(name, annotations, rules).map((found) => {
        const [cause] = found.causes;
        const key = cause?.kind === 'annotation' ? [cause.key] : [];
        const line = lineOf([...path, 'metadata', 'annotations', ...key]);
        return { line, message: sentenceOf(found) };
      }),
    ),
  );
}

/** An annotation that the Pod or pod template already has keeps its value. */
function annotationsToAdd(
  workload: Workload,
  annotations: ReadonlyMap<string, string>,
): AddOperation[] {
  const pod = parsePod(workload.template);
  if (isMalformed(pod)) return [];
  const present = pod.metadata?.annotations ?? {};
  const missing = new Map([...annotations].filter(([key]) => !Object.hasOwn(present, key)));
  return annotate(pod.metadata, missing).map((add) => toDocumentOperation(workload, add));
}

function operationsOf({ workload, mutation }: WorkloadReport): AddOperation[] {
  return mutation.operations.map((add) => toDocumentOperation(workload, add));
}

function remarksOn(
  document: ManifestDocument,
  edits: readonly EditedDocument[],
  kind: 'note' | 'fault',
): ManifestRemark[] {
  return edits.flatMap(({ [kind]: remark }) =>
    remark === undefined ? [] : [{ line: document.lineOf(remark.path), message: remark.message }],
  );
}

/** Whether a workload has a key of podherald, or gets one. What requests nothing may be of any shape. */
function isRequested(
  { template }: Workload,
  namespace: Namespace,
  { annotate: annotations, rules: { annotationPrefix } }: InjectOptions,
): boolean {
  const metadata = isObject(template) ? template['metadata'] : undefined;
  const own = isObject(metadata) ? metadata['annotations'] : undefined;
  return (
    annotations.size > 0 ||
    [own, namespace.annotations].some((one) =>
      Object.keys(one ?? {}).some((key) => annotationNameOf(key, annotationPrefix) !== undefined),
    )
  );
}

/** A patch of kustomize names a workload, but has only the fields that it changes. */
function isIncomplete({ template }: Workload): boolean {
  const spec = isObject(template) ? template['spec'] : template;
  const containers = isObject(spec) ? spec['containers'] : spec;
  return containers === undefined || containers === null;
}

function incompleteNote({ workload, isRequested, lineOf }: WorkloadReport): ManifestRemark[] {
  if (!isRequested || !isIncomplete(workload)) return [];
  const message = `${displayName(workload)} has no containers, so nothing is injected. If it is a patch, inject into what kustomize build prints`;
  return [{ line: lineOf([]), message }];
}

function faultsOf(report: WorkloadReport): ManifestRemark[] {
  const { workload, mutation, lineOf } = report;
  if (!report.isRequested || isIncomplete(workload)) return [];
  const { error } = mutation;
  const details = error instanceof Error ? ` (${error.message})` : '';
  return fatalFindings(mutation).map((found) => ({
    line: lineOf(pathOf(found)),
    message: `${displayName(workload)}: ${messageOf(found)}${details}`,
  }));
}

/** A pod that the webhook would deny or cannot process is an error in a manifest. */
export function fatalFindings({
  outcome,
  reason,
  findings,
  decision,
}: Mutation): readonly Finding[] {
  if (outcome === 'denied') return decision?.faults ?? findings;
  return outcome === 'failed_open' || reason === 'malformed_pod' ? findings : [];
}

/** The path in the Pod or pod template of what led to a finding. */
function pathOf({ causes: [cause] }: Finding): Path {
  if (cause?.kind === 'annotation') return ['metadata', 'annotations', cause.key];
  return cause?.kind === 'field' ? cause.path : ['spec'];
}

export function messageOf(found: Finding): string {
  return found.reason === 'malformed_pod' ? (found.slots['place'] ?? '') : sentenceOf(found);
}
