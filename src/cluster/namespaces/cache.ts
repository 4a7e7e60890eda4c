import type { NamespaceLookup } from '../namespaces.ts';

/** The namespaces as far as the informer has heard of them. */
export class NamespaceCache {
  #known = new Map<string, NamespaceLookup>();
  #revision = 0;

  get(name: string): NamespaceLookup | undefined {
    return this.#known.get(name);
  }

  /** Changes with whatever the informer learns; 0 until its first list. */
  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#known.size;
  }

  /** All at once: no review ever sees half a list. */
  replace(namespaces: Map<string, NamespaceLookup>): void {
    this.#known = namespaces;
    this.#revision++;
  }

  set(name: string, known: NamespaceLookup): void {
    this.#known.set(name, known);
    this.#revision++;
  }

  delete(name: string): void {
    this.#known.delete(name);
    this.#revision++;
  }

  /**
   * Keeps what was read live, unless the informer has learnt anything since that read began. It
   * may have learnt that this namespace is gone, and nothing would ever take it out again. Where
   * the informer goes on learning, it will learn of this namespace too. Before its first list
   * nothing would correct what is kept.
   */
  setUnlessOvertaken(name: string, known: NamespaceLookup, sinceRevision: number): void {
    if (this.#revision === 0 || this.#revision !== sinceRevision) return;
    this.#known.set(name, known);
  }
}
