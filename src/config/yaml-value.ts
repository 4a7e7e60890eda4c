import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type YAMLMap,
} from 'yaml';
import { type AliasTargets, aliasTargets, offsetOf, type YamlFault } from '../yaml-nodes.ts';
import { MAX_DEPTH, TOO_DEEP } from './yaml.ts';

/** A YAML document, and the value that it parses to. */
export interface YamlDocument {
  readonly document: Document.Parsed;
  readonly value: unknown;
  /** Returns the node that an alias stands for; any other node itself. */
  resolve(node: unknown): unknown;
}

/** An alias copies its value, so a short text can stand for billions of values. */
const MAX_ALIASED_VALUES = 10_000;

/** Turns a document into a plain value. Each alias becomes a copy of its value. */
export function readValue(
  document: Document.Parsed,
): YamlDocument | { readonly faults: readonly YamlFault[] } {
  const targets = aliasTargets(document);
  const reader = new ValueReader(targets);
  try {
    return {
      document,
      value: reader.read(document.contents),
      resolve: (node) => (isAlias(node) ? targets.get(node) : node),
    };
  } catch (error) {
    if (error instanceof ValueError) return { faults: [error.fault] };
    throw error;
  }
}

/** Ends the reading of a value. */
class ValueError extends Error {
  readonly fault: YamlFault;

  constructor(node: unknown, message: string) {
    super(message);
    this.fault = { offset: offsetOf(node), message };
  }
}

class ValueReader {
  readonly #targets: AliasTargets;
  /** The lists and maps that are being read, from the outermost one. */
  readonly #open = new Set<unknown>();
  #openAliases = 0;
  #aliasedValues = 0;

  constructor(targets: AliasTargets) {
    this.#targets = targets;
  }

  /** @throws ValueError */
  read(node: unknown): unknown {
    if (isAlias(node)) return this.#readAlias(node);
    if (this.#openAliases > 0) this.#aliasedValues += 1;
    if (this.#aliasedValues > MAX_ALIASED_VALUES) {
      throw new ValueError(
        node,
        `the aliases expand to too many values: expected at most ${MAX_ALIASED_VALUES}`,
      );
    }
    if (!isMap(node) && !isSeq(node)) return isScalar(node) ? node.value : null;
    if (this.#open.size >= MAX_DEPTH) throw new ValueError(node, TOO_DEEP);
    this.#open.add(node);
    const value = isMap(node) ? this.#readMap(node) : node.items.map((item) => this.read(item));
    this.#open.delete(node);
    return value;
  }

  #readAlias(alias: Alias): unknown {
    const { source } = alias;
    const target = this.#targets.get(alias);
    if (target === undefined) {
      throw new ValueError(alias, `the alias *${source} has no anchor &${source} before it`);
    }
    if (this.#open.has(target)) {
      const message = `the alias *${source} is inside the value of its own anchor &${source}; replace the alias by a plain value`;
      throw new ValueError(alias, message);
    }
    this.#openAliases += 1;
    const value = this.read(target);
    this.#openAliases -= 1;
    return value;
  }

  #readMap(map: YAMLMap): Readonly<Record<string, unknown>> {
    const members = new Map<string, unknown>();
    for (const pair of map.items) {
      if (isMerge(pair)) {
        for (const [key, value] of this.#readMerge(pair)) {
          if (!members.has(key)) members.set(key, value);
        }
        continue;
      }
      members.set(this.#readKey(pair.key), this.read(pair.value));
    }
    // Unlike an assignment, this makes `__proto__` a member like any other.
    return Object.fromEntries(members);
  }

  #readKey(node: unknown): string {
    const key = this.read(node);
    if (typeof key === 'object' && key !== null) {
      throw new ValueError(node, 'expected a string as key, got a list or map');
    }
    return String(key ?? '');
  }

  /** The members to merge; the first one of a name takes precedence. */
  #readMerge({ key, value }: Pair): [string, unknown][] {
    const read = this.read(value);
    return (Array.isArray(read) ? read : [read]).flatMap((source: unknown) => {
      if (typeof source === 'object' && source !== null && !Array.isArray(source)) {
        return Object.entries(source);
      }
      throw new ValueError(key, 'expected a map or a list of maps as the value of <<');
    });
  }
}

/** Whether a pair is a merge key (`<<`): the library gives those their own conversion. */
function isMerge({ key }: Pair): boolean {
  return isScalar(key) && key.addToJSMap !== undefined;
}
