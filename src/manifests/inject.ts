import { mutate } from '../core/admission/mutate.ts';
import type { Mutation } from '../core/admission/mutation.ts';
import type { AddOperation } from '../core/api/json-patch.ts';
import { isMalformed, parsePod } from '../core/api/pod.ts';
import type { Namespace } from '../core/decision/decide.ts';
import { type Finding, sentenceOf } from '../core/decision/reasons.ts';
import type { Rules } from '../core/decision/rules.ts';
import { annotate } from '../core/injection/patch.ts';
import {
  type Manifest,
  type ManifestDocument,
  type ManifestRemark,
  parseManifest,
  replaceDocuments,
  textOf,
} from './documents.ts';
import { type EditedDocument, editDocument } from './edit-document.ts';
import { type NamespaceAnnotations, namespacesIn, type Path } from './objects.ts';
import { displayName, findWorkloads, toDocumentOperation, type Workload } from './workloads.ts';

/** How to inject manifests. */
export interface InjectOptions {
  readonly rules: Rules;
  /** The namespace of objects without a `metadata.namespace`. */
  readonly namespace: string;
  /** Added to every Pod and pod template before the injection, unless it already has the key. */
  readonly annotate: ReadonlyMap<string, string>;
  /** Annotations of namespaces; a Namespace in the manifests takes precedence over these. */
  readonly namespaces?: NamespaceAnnotations;
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

/** The result for one text. */
export interface InjectedManifest {
  /** The input with everything that was added; the unchanged input if there are faults. */
  readonly text: string;
  readonly reports: readonly WorkloadReport[];
  /** Changes other than inserted lines. */
  readonly notes: readonly ManifestRemark[];
  /** Everything that prevents the injection. */
  readonly faults: readonly ManifestRemark[];
}

/**
 * Injects every Pod and workload in the YAML documents of some texts; the other text is unchanged.
 * The defaults of a Namespace in one text apply to the workloads of all texts. Never throws for
 * invalid input: see `faults`.
 *
 * @returns one result for each text, in the same order.
 */
export function injectManifests(
  texts: readonly string[],
  options: InjectOptions,
): InjectedManifest[] {
  const manifests = texts.map(parseManifest);
  const namespaces = namespacesIn(manifests.flatMap(({ documents }) => documents));
  const lookUp = namespaceLookup(namespaces, options);
  return manifests.map((manifest) => injectParsed(manifest, lookUp, options));
}

/** Injects a single text, as `injectManifests` does. */
export function injectManifest(text: string, options: InjectOptions): InjectedManifest {
  const manifest = parseManifest(text);
  const lookUp = namespaceLookup(namespacesIn(manifest.documents), options);
  return injectParsed(manifest, lookUp, options);
}

/** Finds the namespace of a workload. */
export type NamespaceLookup = (workload: Workload) => Namespace;

/**
 * Looks up namespaces in the manifests first, then in the options. The annotations of a namespace
 * that neither has are unknown.
 */
export function namespaceLookup(
  inManifests: NamespaceAnnotations,
  options: Pick<InjectOptions, 'namespace' | 'namespaces'>,
): NamespaceLookup {
  return ({ namespace }) => {
    const name = namespace ?? options.namespace;
    const annotations = inManifests.get(name) ?? options.namespaces?.get(name);
    return { name, ...(annotations && { annotations }) };
  };
}

function injectParsed(
  manifest: Manifest,
  lookUp: NamespaceLookup,
  options: InjectOptions,
): InjectedManifest {
  const injected = manifest.documents.map((document) =>
    injectDocument(textOf(manifest, document), document, lookUp, options),
  );
  const faults = [...manifest.faults, ...injected.flatMap((document) => document.faults)];
  return {
    text: faults.length > 0 ? manifest.text : replaceDocuments(manifest, injected),
    reports: injected.flatMap(({ reports }) => reports),
    notes: injected.flatMap(({ notes }) => notes),
    faults,
  };
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
