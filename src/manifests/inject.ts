import { mutate } from '../core/admission/mutate.ts';
import type { Mutation } from '../core/admission/mutation.ts';
import type { AddOperation } from '../core/api/json-patch.ts';
import { isMalformed, parsePod } from '../core/api/pod.ts';
import type { Namespace } from '../core/decision/decide.ts';
import { type Finding, sentenceOf } from '../core/decision/reasons.ts';
import type { Rules } from '../core/decision/rules.ts';
import { annotationsToAdd } from './annotate.ts';
import { type ManifestDocument, type ReadDocuments, readDocuments } from './documents.ts';
import { type EditedDocument, editDocument } from './edit-document.ts';
import { type NamespaceAnnotations, namespacesIn, type Path } from './objects.ts';
import { below, findWorkloads, type Workload } from './workloads.ts';

export interface InjectOptions {
  readonly rules: Rules;
  /** Of objects that name none. */
  readonly namespace: string;
  /** Added to every pod and pod template first, unless it says something there already. */
  readonly annotate: ReadonlyMap<string, string>;
  /** Annotations of namespaces that are not in the input. */
  readonly namespaces?: NamespaceAnnotations;
}

export interface ReadManifest extends ReadDocuments {
  readonly text: string;
}

/** What became of one pod or pod template. */
export interface WorkloadReport {
  readonly workload: Workload;
  readonly mutation: Mutation;
  /** The line of a place in the pod or pod template, or of the nearest one around it; from 1. */
  lineOf(path: Path): number;
}

/** Something to tell about a place in a manifest. */
export interface ManifestRemark {
  readonly line: number;
  readonly message: string;
}

export interface InjectedManifest {
  /** The input with the additions; the input alone where there are faults. */
  readonly text: string;
  readonly reports: readonly WorkloadReport[];
  /** What could be done only otherwise than by adding lines. */
  readonly notes: readonly ManifestRemark[];
  /** All that keeps the manifest from being injected. */
  readonly faults: readonly ManifestRemark[];
}

/**
 * Injects every pod and workload of texts of YAML documents. All else stays as it is. Namespaces
 * in any of the texts count in all of them.
 */
export function injectManifests(
  texts: readonly string[],
  options: InjectOptions,
): InjectedManifest[] {
  const manifests = texts.map((text) => ({ text, ...readDocuments(text) }));
  const namespaces = namespacesIn(manifests.flatMap(({ documents }) => documents));
  return manifests.map((manifest) => injectRead(manifest, namespaces, options));
}

/** The same for a text that stands alone. */
export function injectManifest(text: string, options: InjectOptions): InjectedManifest {
  const manifest = { text, ...readDocuments(text) };
  return injectRead(manifest, namespacesIn(manifest.documents), options);
}

function injectRead(
  { text, documents, faults: yamlFaults }: ReadManifest,
  namespaces: NamespaceAnnotations,
  options: InjectOptions,
): InjectedManifest {
  const find = (workload: Workload): Namespace => namespaceOf(workload, namespaces, options);
  const injected = documents.map((document) => injectDocument(text, document, find, options));
  const faults = [...yamlFaults, ...injected.flatMap((document) => document.faults)];
  return {
    text: faults.length > 0 ? text : assemble(text, documents, injected),
    reports: injected.flatMap(({ reports }) => reports),
    notes: injected.flatMap(({ notes }) => notes),
    faults,
  };
}

/** The documents' new texts, with all that stands between them. */
export function assemble(
  text: string,
  documents: readonly ManifestDocument[],
  edited: readonly { readonly text: string }[],
): string {
  const parts: string[] = [];
  let position = 0;
  for (const [index, { start, end }] of documents.entries()) {
    parts.push(text.slice(position, start), edited[index]?.text ?? '');
    position = end;
  }
  return [...parts, text.slice(position)].join('');
}

function injectDocument(
  all: string,
  document: ManifestDocument,
  find: (workload: Workload) => Namespace,
  { rules, annotate }: InjectOptions,
): InjectedManifest {
  const original = { text: all.slice(document.start, document.end), value: document.value };
  const annotating = findWorkloads(document.value).flatMap((workload) =>
    annotationsToAdd(workload, annotate).map((add) => below(workload, add)),
  );
  const annotated = editDocument(original, annotating);
  const reports = findWorkloads(annotated.value).map((workload) => ({
    workload,
    mutation: mutate(workload.template, find(workload), rules),
    lineOf: (path: Path) => document.lineOf([...workload.templatePath, ...path]),
  }));
  const edited = editDocument(annotated, operationsOf(reports));
  const faults = reports.flatMap((report) => faultsOf(report, document));
  return { ...remarksOf([annotated, edited], document, faults), text: edited.text, reports };
}

/** What is known of the namespace that an object is for. */
export function namespaceOf(
  { namespace }: Workload,
  namespaces: NamespaceAnnotations,
  options: Pick<InjectOptions, 'namespace' | 'namespaces'>,
): Namespace {
  const name = namespace ?? options.namespace;
  const annotations = namespaces.get(name) ?? options.namespaces?.get(name);
  return { name, ...(annotations && { annotations }) };
}

function operationsOf(reports: readonly WorkloadReport[]): AddOperation[] {
  return reports.flatMap(({ workload, mutation }) =>
    mutation.operations.map((add) => below(workload, add)),
  );
}

function remarksOf(
  edits: readonly EditedDocument[],
  document: ManifestDocument,
  faults: readonly ManifestRemark[],
): Pick<InjectedManifest, 'notes' | 'faults'> {
  const line = document.lineOf([]);
  const remark = (message: string): ManifestRemark => ({ line, message });
  return {
    notes: edits.flatMap(({ note }) => (note === undefined ? [] : [remark(note)])),
    faults: [
      ...faults,
      ...edits.flatMap(({ fault }) => (fault === undefined ? [] : [remark(fault)])),
    ],
  };
}

/** A pod that the webhook would deny or leave to the API server is no manifest to go on with. */
function faultsOf(
  { workload, mutation }: WorkloadReport,
  document: ManifestDocument,
): ManifestRemark[] {
  const { outcome, reason, findings, error } = mutation;
  const isFault = outcome === 'denied' || outcome === 'failed_open' || reason === 'malformed_pod';
  if (!isFault) return [];
  return findings.map((found) => ({
    line: document.lineOf([...workload.templatePath, ...placeOf(found, workload)]),
    message: `${nameOf(workload)}: ${textOf(found)}${error instanceof Error ? ` (${error.message})` : ''}`,
  }));
}

function placeOf({ slots }: Finding, { template }: Workload): Path {
  const { key } = slots;
  if (key !== undefined) return ['metadata', 'annotations', key];
  const pod = parsePod(template);
  return isMalformed(pod) ? pod.path : ['spec'];
}

function textOf(found: Finding): string {
  return found.reason === 'malformed_pod' ? (found.slots['place'] ?? '') : sentenceOf(found);
}

/** Such as `Deployment shop/web`. */
export function nameOf({ kind, namespace, name }: Workload): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
