import { mutate } from '../core/admission/mutate.ts';
import type { Mutation } from '../core/admission/mutation.ts';
import type { AddOperation } from '../core/api/json-patch.ts';
import { isMalformed, parsePod } from '../core/api/parse-pod.ts';
import { type Finding, sentenceOf } from '../core/decision/reasons.ts';
import type { Rules } from '../core/decision/rules.ts';
import { annotate } from '../core/injection/patch.ts';
import type { ManifestDocument, ManifestRemark } from './documents.ts';
import { type EditedDocument, editDocument } from './edit-document.ts';
import {
  type EditedManifest,
  editManifests,
  type NamespaceLookup,
  type NamespaceOptions,
} from './edit-manifests.ts';
import type { Path } from './objects.ts';
import { displayName, findWorkloads, toDocumentOperation, type Workload } from './workloads.ts';

/** How to inject manifests. */
export interface InjectOptions extends NamespaceOptions {
  readonly rules: Rules;
  /** Added to every Pod and pod template before the injection, unless it already has the key. */
  readonly annotate: ReadonlyMap<string, string>;
}

/** The result for one Pod or pod template. */
export interface WorkloadReport {
  /** As the text of the manifest has it, after the annotations of `annotate`. */
  readonly workload: Workload;
  readonly mutation: Mutation;
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
  lookUp: NamespaceLookup,
  { rules, annotate: annotations }: InjectOptions,
): InjectedManifest {
  const workloads = findWorkloads(document.value);
  const annotating = workloads.flatMap((workload) => annotationsToAdd(workload, annotations));
  const annotated = editDocument({ text, value: document.value }, annotating);
  const reports = findWorkloads(annotated.value).map((workload) => ({
    workload,
    mutation: mutate(workload.template, lookUp(workload), rules),
    lineOf: (path: Path) => document.lineOf([...workload.templatePath, ...path]),
  }));
  const edited = editDocument(annotated, reports.flatMap(operationsOf));
  const edits = [annotated, edited];
  return {
    text: edited.text,
    reports,
    notes: remarksOn(document, edits, 'note'),
    faults: [...reports.flatMap(faultsOf), ...remarksOn(document, edits, 'fault')],
  };
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

function faultsOf({ workload, mutation, lineOf }: WorkloadReport): ManifestRemark[] {
  const { error } = mutation;
  const details = error instanceof Error ? ` (${error.message})` : '';
  return fatalFindings(mutation).map((found) => ({
    line: lineOf(pathOf(found)),
    message: `${displayName(workload)}: ${messageOf(found)}${details}`,
  }));
}

/** A pod that the webhook would deny or cannot process is an error in a manifest. */
function fatalFindings({ outcome, reason, findings, decision }: Mutation): readonly Finding[] {
  if (outcome === 'denied') return decision?.faults ?? findings;
  return outcome === 'failed_open' || reason === 'malformed_pod' ? findings : [];
}

/** The path in the Pod or pod template of what led to a finding. */
function pathOf({ causes: [cause] }: Finding): Path {
  if (cause?.kind === 'annotation') return ['metadata', 'annotations', cause.key];
  return cause?.kind === 'field' ? cause.path : ['spec'];
}

function messageOf(found: Finding): string {
  return found.reason === 'malformed_pod' ? (found.slots['place'] ?? '') : sentenceOf(found);
}
