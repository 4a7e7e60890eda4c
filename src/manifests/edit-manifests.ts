import type { Namespace } from '../core/decision/decide.ts';
import {
  type Manifest,
  type ManifestDocument,
  type ManifestRemark,
  parseManifest,
} from './documents.ts';
import { type NamespaceAnnotations, namespacesIn } from './objects.ts';
import type { Workload } from './workloads.ts';

/** The namespaces of the workloads in manifests. */
export interface NamespaceOptions {
  /** The namespace of objects without a `metadata.namespace`. */
  readonly namespace: string;
  /** Annotations of namespaces; a Namespace in the manifests takes precedence over these. */
  readonly namespaces?: NamespaceAnnotations;
  /** Whether the config uses annotations of namespaces as defaults; true by default. */
  readonly usesDefaults?: boolean;
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

/** Finds the namespace of a workload, with its annotations if they are known. */
export type NamespaceLookup = (workload: Workload) => Namespace;

/**
 * Edits the documents of some manifests, and keeps the text between documents. A Namespace in one
 * manifest applies to the workloads of all manifests. Never throws for invalid input: see `faults`.
 *
 * @param edit edits the text of one document.
 * @returns one result for each text, in the same order.
 */
export function editManifests<Report>(
  texts: readonly string[],
  options: NamespaceOptions,
  edit: (
    text: string,
    document: ManifestDocument,
    lookUp: NamespaceLookup,
  ) => EditedManifest<Report>,
): EditedManifest<Report>[] {
  const manifests = texts.map(parseManifest);
  const given = namespacesIn(manifests.flatMap(({ documents }) => documents));
  const lookUp: NamespaceLookup = ({ namespace }) => {
    const name = namespace ?? options.namespace;
    if (options.usesDefaults === false) return { name };
    const annotations = given.get(name) ?? options.namespaces?.get(name);
    return { name, ...(annotations && { annotations }) };
  };
  return manifests.map((manifest) => {
    const { text, documents } = manifest;
    const edited = documents.map((document) =>
      edit(text.slice(document.start, document.end), document, lookUp),
    );
    const faults = [...manifest.faults, ...edited.flatMap((document) => document.faults)];
    return {
      text: faults.length > 0 ? text : replaceDocuments(manifest, edited),
      reports: edited.flatMap(({ reports }) => reports),
      notes: edited.flatMap(({ notes }) => notes),
      faults,
    };
  });
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
