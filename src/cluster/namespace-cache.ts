import { isObject, type JsonObject } from '../core/api/json.ts';
import type { Annotations, Labels } from '../core/api/pod.ts';

/** What is known of a namespace. */
export type NamespaceDefaults =
  | KeptMetadata
  /** Why its annotations are not known, in a few words without the API server's own. */
  | { readonly unavailable: string };

/** The annotations and labels of a namespace that podherald can use. */
export interface KeptMetadata {
  readonly annotations: Annotations;
  readonly labels?: Labels;
  /** The keys of the labels that were looked for. The config may list others by now. */
  readonly labelKeys?: ReadonlySet<string>;
}

/** What is worth its memory: what podherald can use. */
export interface Keep {
  readonly isAnnotation: (key: string) => boolean;
  /** The labels that the config lists now. */
  readonly labelKeys: () => ReadonlySet<string>;
}

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

/** Most namespaces have nothing for podherald: they all share this. */
const NONE: Readonly<Record<string, string>> = Object.freeze({});
const NOTHING: NamespaceDefaults = Object.freeze({ annotations: NONE });

/** @returns undefined if the object is not a namespace as an API server sends it. */
export function parseNamespace(
  { metadata }: JsonObject,
  keep: Keep,
): { readonly name: string; readonly lookup: NamespaceDefaults } | undefined {
  if (!isObject(metadata)) return undefined;
  const { name, resourceVersion, annotations, labels } = metadata;
  if (typeof name !== 'string' || typeof resourceVersion !== 'string') return undefined;
  return { name, lookup: keptOf(annotations, labels, keep) };
}

/** Whether all labels that the config lists now were looked for when a namespace was read. */
export function hasAllLabels({ labelKeys }: KeptMetadata, { labelKeys: listed }: Keep): boolean {
  const wanted = listed();
  return labelKeys === wanted || [...wanted].every((key) => labelKeys?.has(key));
}

function keptOf(annotations: unknown, labels: unknown, keep: Keep): NamespaceDefaults {
  const labelKeys = keep.labelKeys();
  const kept = pick(annotations, keep.isAnnotation);
  if (labelKeys.size === 0) return kept === NONE ? NOTHING : { annotations: kept };
  return { annotations: kept, labels: pick(labels, (key) => labelKeys.has(key)), labelKeys };
}

function pick(map: unknown, isKept: (key: string) => boolean): Readonly<Record<string, string>> {
  if (!isObject(map)) return NONE;
  const kept = Object.entries(map).filter(
    (entry): entry is [string, string] => isKept(entry[0]) && typeof entry[1] === 'string',
  );
  return kept.length === 0 ? NONE : Object.freeze(Object.fromEntries(kept));
}
