import { isObject, type JsonObject } from '../core/api/json.ts';
import type { Annotations } from '../core/api/pod.ts';

/** What is known of a namespace. */
export type NamespaceDefaults =
  | { readonly annotations: Annotations }
  /** Why its annotations are not known, in a few words without the API server's own. */
  | { readonly unavailable: string };

/** Whether an annotation key is worth its memory: one that podherald can use. */
export type Keep = (key: string) => boolean;

/** The annotations of namespaces, as the informer knows them. */
export class NamespaceCache {
  #lookups = new Map<string, NamespaceDefaults>();
  #revision = 0;

  get(name: string): NamespaceDefaults | undefined {
    return this.#lookups.get(name);
  }

  /** Grows with everything that the informer learns; 0 until its first list. */
  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#lookups.size;
  }

  /** All at once: no review ever sees half a list. */
  replace(lookups: Map<string, NamespaceDefaults>): void {
    this.#lookups = lookups;
    this.#revision++;
  }

  set(name: string, lookup: NamespaceDefaults): void {
    this.#lookups.set(name, lookup);
    this.#revision++;
  }

  delete(name: string): void {
    this.#lookups.delete(name);
    this.#revision++;
  }

  /**
   * Keeps the result of a live read, unless the informer has learnt anything since that read began:
   * it may have learnt that this namespace was deleted, and nothing would ever remove the entry
   * again. As long as the informer learns something, it will learn of this namespace too. Before its
   * first list, nothing would correct the entry.
   */
  setUnlessOvertaken(name: string, lookup: NamespaceDefaults, sinceRevision: number): void {
    if (this.#revision === 0 || this.#revision !== sinceRevision) return;
    this.#lookups.set(name, lookup);
  }
}

/** Most namespaces have no annotation for podherald: they all share this. */
const NO_ANNOTATIONS: NamespaceDefaults = Object.freeze({ annotations: Object.freeze({}) });

/** @returns undefined if the object is not a namespace as an API server sends it. */
export function parseNamespace(
  { metadata }: JsonObject,
  keep: Keep,
): { readonly name: string; readonly lookup: NamespaceDefaults } | undefined {
  if (!isObject(metadata)) return undefined;
  const { name, resourceVersion, annotations } = metadata;
  if (typeof name !== 'string' || typeof resourceVersion !== 'string') return undefined;
  return { name, lookup: keptOf(annotations, keep) };
}

function keptOf(annotations: unknown, keep: Keep): NamespaceDefaults {
  if (!isObject(annotations)) return NO_ANNOTATIONS;
  const kept = Object.entries(annotations).filter(
    (entry): entry is [string, string] => keep(entry[0]) && typeof entry[1] === 'string',
  );
  if (kept.length === 0) return NO_ANNOTATIONS;
  return { annotations: Object.freeze(Object.fromEntries(kept)) };
}
