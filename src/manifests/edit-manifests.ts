import { annotationNameOf } from '../core/decision/annotations.ts';
import type { Namespace, Origin } from '../core/decision/namespace.ts';
import type { Rules } from '../core/decision/rules.ts';
import {
  type Manifest,
  type ManifestDocument,
  type ManifestRemark,
  parseManifest,
} from './documents.ts';
import { completedBy, type KnownNamespaces, knownNamespace, namespacesIn } from './objects.ts';
import { originOf, type Workload } from './workloads.ts';

/** The namespaces of the workloads in manifests. */
export interface NamespaceOptions {
  /** The namespace of objects without a `metadata.namespace`. */
  readonly namespace: string;
  /** Namespaces of the cluster; a Namespace in the manifests takes precedence over these. */
  readonly namespaces?: KnownNamespaces;
  /** Whether the config uses annotations of namespaces as defaults; true by default. */
  readonly usesDefaults?: boolean;
}

/** How to edit manifests. */
export interface EditOptions extends NamespaceOptions {
  readonly rules: Rules;
  /** Annotations for every Pod and pod template. */
  readonly annotate?: ReadonlyMap<string, string>;
}

/** The result of editing one manifest, or one of its documents. */
export interface EditedManifest<Report> {
  /** The edited text; the unchanged input if there are faults. */
  readonly text: string;
  /** One for each Pod and workload. */
  readonly reports: readonly Report[];
  /** Changes other than the insertion or removal of lines. */
  readonly notes: readonly ManifestRemark[];
  /** Everything that prevents the edit. */
  readonly faults: readonly ManifestRemark[];
}

/** Finds the namespace of a workload, with its metadata if it is known, and what creates its pods. */
export type OriginLookup = (workload: Workload) => Origin;

/**
 * Edits the documents of some manifests, and keeps the text between documents. A Namespace in one
 * manifest applies to the workloads of all manifests. Never throws for invalid input: see `faults`.
 *
 * @param edit edits the text of one document.
 * @returns one result for each text, in the same order.
 */
export function editManifests<Report>(
  texts: readonly string[],
  options: EditOptions,
  edit: (text: string, document: ManifestDocument, lookUp: OriginLookup) => EditedManifest<Report>,
): EditedManifest<Report>[] {
  const { annotationPrefix } = options.rules;
  const manifests = texts.map((text) => parseManifest(text, annotationPrefix));
  const given = namespacesIn(manifests.flatMap(({ documents }) => documents));
  const namespaces = completedBy(given, options.namespaces ?? new Map());
  const namespaceOf = ({ namespace }: Workload): Namespace => {
    const name = namespace ?? options.namespace;
    return knownNamespace(name, namespaces.get(name), options.usesDefaults !== false);
  };
  const lookUp: OriginLookup = (workload) => originOf(namespaceOf(workload), workload);
  const everyPodMatters = (options.annotate?.size ?? 0) > 0 || hasDefaults(namespaces, options);
  return manifests.map((manifest) => {
    const { text, documents, unread } = manifest;
    const edited = documents.map((document) =>
      edit(text.slice(document.start, document.end), document, lookUp),
    );
    const faults = [
      ...manifest.faults,
      ...(everyPodMatters ? unread : []),
      ...edited.flatMap((document) => document.faults),
    ].sort((one, other) => one.line - other.line);
    return {
      text: faults.length > 0 ? text : replaceDocuments(manifest, edited),
      reports: edited.flatMap(({ reports }) => reports),
      notes: [
        ...manifest.notes,
        ...(everyPodMatters ? [] : unread.map(passedOn)),
        ...edited.flatMap(({ notes }) => notes),
      ].sort((one, other) => one.line - other.line),
      faults,
    };
  });
}

/** Whether pods of a namespace may get something that they do not request themselves. */
function hasDefaults(
  namespaces: KnownNamespaces,
  { rules: { annotationPrefix }, usesDefaults = true }: EditOptions,
): boolean {
  const all = usesDefaults ? [...namespaces.values()] : [];
  return all.some(({ annotations = {} }) =>
    Object.keys(annotations).some((key) => annotationNameOf(key, annotationPrefix) !== undefined),
  );
}

function passedOn({ line, message }: ManifestRemark): ManifestRemark {
  return { line, message: `passed on as it is, because it cannot be read: ${message}` };
}

function replaceDocuments(
  { text, documents }: Manifest,
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
