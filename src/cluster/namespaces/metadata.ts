import { isObject } from '../../core/api/json.ts';
import type { Annotations } from '../../core/api/pod.ts';
import type { NamespaceLookup } from '../namespaces.ts';

/** Which annotation keys are worth their memory. */
export type Keep = (key: string) => boolean;

/** What is kept of a namespace. */
export interface NamespaceMetadata {
  readonly name: string;
  readonly resourceVersion: string;
  readonly known: NamespaceLookup;
}

/** Most namespaces have no annotation for podherald: they all share this. */
const NOTHING_KEPT: NamespaceLookup = Object.freeze({ annotations: Object.freeze({}) });

/** @returns undefined where the object is not one that an API server would send. */
export function namespaceOf(object: unknown, keep: Keep): NamespaceMetadata | undefined {
  const metadata = isObject(object) ? object['metadata'] : undefined;
  if (!isObject(metadata)) return undefined;
  const { name, resourceVersion, annotations } = metadata;
  if (typeof name !== 'string' || typeof resourceVersion !== 'string') return undefined;
  return { name, resourceVersion, known: keptOf(annotations, keep) };
}

function keptOf(annotations: unknown, keep: Keep): NamespaceLookup {
  if (!isObject(annotations)) return NOTHING_KEPT;
  const kept = Object.entries(annotations).filter(
    (entry): entry is [string, string] => keep(entry[0]) && typeof entry[1] === 'string',
  );
  if (kept.length === 0) return NOTHING_KEPT;
  const some: Annotations = Object.freeze(Object.fromEntries(kept));
  return { annotations: some };
}
