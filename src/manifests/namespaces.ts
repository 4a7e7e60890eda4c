import { isObject } from '../core/api/json.ts';
import type { Annotations } from '../core/api/pod.ts';
import type { ManifestDocument } from './documents.ts';
import { type ManifestObject, objectsIn } from './objects.ts';

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
