import { isObject, type Json, type JsonObject } from '../core/api/json.ts';
import type { Annotations, Labels } from '../core/api/pod.ts';
import type { Namespace } from '../core/decision/namespace.ts';

/** Keys and list indexes that lead from a value to a value inside it. */
export type Path = readonly (string | number)[];

/** One Kubernetes object of a document: the document itself, or an item of a List. */
export interface ManifestObject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly object: JsonObject;
  /** Leads from the document to the object; empty unless the object is an item of a List. */
  readonly path: Path;
}

type TypeMeta = Pick<ManifestObject, 'kind' | 'apiVersion'>;

/**
 * Finds every Kubernetes object of a document, and the items of Lists one by one. Values without
 * `kind` and `apiVersion` are no objects.
 *
 * @param path leads to `value` from the document.
 * @param fallback the type of a `value` that names none: the items of a PodList and the like
 *   inherit it from their list, as in the answers of the API server.
 */
export function objectsIn(
  value: Json | undefined,
  path: Path = [],
  fallback?: TypeMeta,
): ManifestObject[] {
  if (!isObject(value)) return [];
  const kind = value['kind'] ?? fallback?.kind;
  const apiVersion = value['apiVersion'] ?? fallback?.apiVersion;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string') return [];
  const items: Json | undefined = value['items'];
  if (!kind.endsWith('List') || !Array.isArray(items)) {
    return [{ kind, apiVersion, object: value, path }];
  }
  const type = kind === 'List' ? undefined : { kind: kind.slice(0, -'List'.length), apiVersion };
  return items.flatMap((item: Json, index) => objectsIn(item, [...path, 'items', index], type));
}

/** What podherald reads of a Namespace. A field that the Namespace does not set is absent. */
export interface NamespaceMetadata {
  readonly annotations?: Annotations;
  readonly labels?: Labels;
}

/** The Namespaces that are known, by name. */
export type KnownNamespaces = ReadonlyMap<string, NamespaceMetadata>;

/**
 * Collects every Namespace in documents, including those in Lists. If several Namespaces have the same name, the last one
 * takes precedence.
 */
export function namespacesIn(
  documents: readonly { readonly value: Json | undefined }[],
): KnownNamespaces {
  const objects = documents.flatMap(({ value }) => objectsIn(value)).filter(isNamespace);
  return new Map(
    objects.flatMap(({ object }): [string, NamespaceMetadata][] => {
      const { name } = isObject(object['metadata']) ? object['metadata'] : {};
      return typeof name === 'string' ? [[name, namespaceMetadata(object)]] : [];
    }),
  );
}

/** Completes Namespaces in manifests by those of the cluster: what a manifest does not set stays when it is applied. */
export function completedBy(given: KnownNamespaces, live: KnownNamespaces): KnownNamespaces {
  const completed = [...given].map(
    ([name, metadata]) => [name, { ...live.get(name), ...metadata }] as const,
  );
  return new Map([...live, ...completed]);
}

/** @param object a Namespace; undefined for one that does not exist. */
export function namespaceMetadata(object: JsonObject | undefined): NamespaceMetadata {
  const metadata = object?.['metadata'];
  const { annotations, labels } = isObject(metadata) ? metadata : {};
  return {
    ...(isObject(annotations) && { annotations: textsOf(annotations) }),
    ...(isObject(labels) && { labels: textsOf(labels) }),
  };
}

/** What a decision needs of a namespace, if the config uses its annotations as defaults. */
export function knownNamespace(
  name: string,
  metadata: NamespaceMetadata | undefined,
  usesDefaults: boolean,
): Namespace {
  if (metadata === undefined) return { name };
  const { annotations, labels = {} } = metadata;
  return { name, labels, ...(usesDefaults && annotations && { annotations }) };
}

/** Whether an object is a Namespace of the core API group. */
export function isNamespace({ kind, apiVersion }: ManifestObject): boolean {
  return kind === 'Namespace' && apiVersion === 'v1';
}

function textsOf(map: JsonObject): Readonly<Record<string, string>> {
  const texts = Object.entries(map).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}
