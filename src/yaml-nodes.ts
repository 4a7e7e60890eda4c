import { type Alias, type Document, isAlias, isScalar, type Node, visit } from 'yaml';

/** The nodes that aliases stand for; an alias without an anchor before it is missing. */
export type AliasTargets = ReadonlyMap<Alias, Node>;

/** Finds the targets of all aliases at once: `alias.resolve` visits the whole document for each. */
export function aliasTargets(document: Document.Parsed): AliasTargets {
  const anchored = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node(_key, node) {
      if (!isAlias(node)) {
        if (node.anchor) anchored.set(node.anchor, node);
        return;
      }
      const target = anchored.get(node.source);
      if (target !== undefined) targets.set(node, target);
    },
  });
  return targets;
}

/** A fault of a YAML text; the offset counts from 0. */
export interface YamlFault {
  readonly offset: number;
  readonly message: string;
}

/**
 * Finds the keys that their map has already. Replaces the option `uniqueKeys` of the library, which
 * compares each key with each other one.
 */
export function duplicateKeys(document: Document.Parsed): YamlFault[] {
  const faults: YamlFault[] = [];
  visit(document, {
    Map(_key, map) {
      const keys = new Set<unknown>();
      for (const { key } of map.items) {
        // A scalar of one value is equal to another one; other keys are equal only to themselves.
        const value = isScalar(key) && key.addToJSMap === undefined ? key.value : key;
        if (keys.has(value)) faults.push({ offset: offsetOf(key), message: DUPLICATE });
        keys.add(value);
      }
    },
  });
  return faults;
}

const DUPLICATE = 'map keys must be unique';

/** The offset of a node in its text; 0 for a node without a range. */
export function offsetOf(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0;
}
