import { isObject, type Json, type JsonObject } from '../core/api/json.ts';
import type { Annotations } from '../core/api/pod.ts';

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

/** The annotations of Namespaces in manifests, by name of the namespace. */
export type NamespaceAnnotations = ReadonlyMap<string, Annotations>;

/**
 * Collects the annotations of every Namespace in documents, including those in Lists. If several
 * Namespaces have the same name, the last one takes precedence.
 */
export function namespacesIn(
  documents: readonly { readonly value: Json | undefined }[],
): NamespaceAnnotations {
  const objects = documents.flatMap(({ value }) => objectsIn(value));
  return new Map(objects.filter(isNamespace).flatMap(({ object }) => annotationsByName(object)));
}

/** Whether an object is a Namespace of the core API group. */
export function isNamespace({ kind, apiVersion }: ManifestObject): boolean {
  return kind === 'Namespace' && apiVersion === 'v1';
}

function annotationsByName({ metadata }: JsonObject): [string, Annotations][] {
  if (!isObject(metadata)) return [];
  const { name, annotations } = metadata;
  if (typeof name !== 'string' || !isObject(annotations)) return [];
  const texts = Object.entries(annotations).filter(([, text]) => typeof text === 'string');
  return [[name, Object.fromEntries(texts) as Annotations]];
}
