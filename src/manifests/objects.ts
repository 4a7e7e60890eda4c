import { isObject, type Json, type JsonObject } from '../core/api/json.ts';
import type { Annotations } from '../core/api/pod.ts';
import type { ManifestDocument } from './documents.ts';

export type Path = readonly (string | number)[];

/** One Kubernetes object of a document: the whole of it, or an item of a List. */
export interface ManifestObject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly object: JsonObject;
  /** Of the object in its document; not empty inside a List. */
  readonly path: Path;
}

type Type = Pick<ManifestObject, 'kind' | 'apiVersion'>;

/**
 * Every object of a document, those inside of Lists one by one. Items of a PodList and the like
 * need not say what they are, as the API server's own answers do not.
 */
export function objectsIn(
  value: Json | undefined,
  path: Path = [],
  fallback?: Type,
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

/** The annotations of the namespaces that manifests hold, by name. */
export type NamespaceAnnotations = ReadonlyMap<string, Annotations>;

/** Those of every Namespace in documents, inside of Lists too. */
export function namespacesIn(documents: readonly ManifestDocument[]): NamespaceAnnotations {
  const objects = documents.flatMap(({ value }) => objectsIn(value));
  return new Map(objects.flatMap(namespaceOf));
}

export function isNamespace({ kind, apiVersion }: ManifestObject): boolean {
  return kind === 'Namespace' && apiVersion === 'v1';
}

function namespaceOf(found: ManifestObject): [string, Annotations][] {
  const { metadata } = found.object;
  if (!isNamespace(found) || !isObject(metadata)) return [];
  const { name, annotations } = metadata;
  if (typeof name !== 'string' || !isObject(annotations)) return [];
  const texts = Object.entries(annotations).filter(([, text]) => typeof text === 'string');
  return [[name, Object.fromEntries(texts) as Annotations]];
}
