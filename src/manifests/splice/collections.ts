import {
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { escapeToken } from '../../core/api/json-patch.ts';
import { aliasTargets } from '../../yaml-nodes.ts';
import { dropShadowed, GO_YAML } from '../go-yaml.ts';
import { Refusal, type RefusalCode } from './refusal.ts';
import { type CollectionToken, type ItemToken, itemsWithContent } from './tokens.ts';

/**
 * Parses one YAML document and keeps the tokens of its text.
 *
 * @param code of the refusal if the text is not exactly one valid document.
 * @throws Refusal
 */
export function parseWithTokens(text: string, code: RefusalCode): Document.Parsed {
  const document = parseDocument(text, { ...GO_YAML, keepSourceTokens: true });
  const [error] = document.errors;
  if (error) throw new Refusal(code, { offset: error.pos[0], detail: error.message });
  dropShadowed(document);
  return document;
}

/**
 * Parses one YAML document only for its value, which is faster.
 *
 * @param code of the refusal if the text is not exactly one valid document.
 * @throws Refusal
 */
export function parseValue(text: string, code: RefusalCode): unknown {
  const document = parseDocument(text, GO_YAML);
  const [error] = document.errors;
  if (error) throw new Refusal(code, { offset: error.pos[0], detail: error.message });
  return jsonOf(document, code);
}

/**
 * The value of a document as JSON.
 *
 * @throws Refusal for a merge key with anything but maps, an alias without an anchor, and aliases
 *   of aliases that expand beyond the library's limit.
 */
export function jsonOf(document: Document.Parsed, code: RefusalCode): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new Refusal(code, { detail: String(error) });
  }
}

/** A list or map of a document: its parsed node, and its token in the text. */
export interface Collection {
  readonly node: YAMLMap | YAMLSeq;
  readonly token: CollectionToken;
  /** JSON Pointer from the document. */
  readonly path: string;
  /** The number of collections around it. */
  readonly depth: number;
  /** The collection around it, and its item that holds this one; the root has none. */
  readonly parent?: { readonly collection: Collection; readonly item: ItemToken };
}

/** A list or map in brackets or braces. */
export type FlowCollection = Collection & { readonly token: CST.FlowCollection };

/** Whether a collection is in flow style: `[…]` or `{…}`. */
export function isFlow(collection: Collection): collection is FlowCollection {
  return collection.token.type === 'flow-collection';
}

/**
 * Finds the collections of one document. Every method throws a `Refusal` for a value that is
 * shared by an alias, anchor or merge key: an edit there would change other parts of the document.
 */
export class CollectionFinder {
  readonly #root: unknown;
  /** Anchor names by the nodes that aliases refer to. */
  readonly #anchors = new Map<unknown, string>();

  constructor(document: Document.Parsed) {
    this.#root = document.contents;
    for (const [alias, target] of aliasTargets(document)) this.#anchors.set(target, alias.source);
  }

  /** The collection that the whole document is. */
  root(): Collection {
    return this.#find(this.#root, '', undefined);
  }

  /** The collection at a key of a map. */
  member(collection: Collection, key: string): Collection {
    const path = `${collection.path}/${escapeToken(key)}`;
    const pair = pairOf(collection, key);
    if (!pair && isMap(collection.node) && collection.node.items.some(isMerge)) {
      throw new Refusal('merge_key', { path, offset: collection.token.offset });
    }
    return this.#find(pair?.value, path, pair?.srcToken && { collection, item: pair.srcToken });
  }

  /** The collection at an index (from 0) of a list. */
  item(collection: Collection, index: number): Collection {
    const path = `${collection.path}/${index}`;
    const item = itemsWithContent(collection.token)[index];
    return this.#find(collection.node.items[index], path, item && { collection, item });
  }

  /** Throws if another part of the document shares a value; `path` is its JSON Pointer. */
  assertNotShared(node: unknown, path: string): void {
    if (isAlias(node)) {
      throw new Refusal('alias', { path, anchor: node.source, ...offsetOf(node) });
    }
    const anchor = this.#anchors.get(node);
    if (anchor !== undefined) throw new Refusal('anchor', { path, anchor, ...offsetOf(node) });
  }

  #find(node: unknown, path: string, parent: Collection['parent']): Collection {
    this.assertNotShared(node, path);
    if (!isMap(node) && !isSeq(node)) throw new Refusal('missing', { path });
    const token = node.srcToken;
    // `[a: 1]` contains a map without brackets, which has no token of its own.
    if (!isCollectionToken(token)) throw new Refusal('unsupported', { path, ...offsetOf(node) });
    const depth = parent ? parent.collection.depth + 1 : 0;
    return { node, token, path, depth, ...(parent && { parent }) };
  }
}

/** The pair at a key of a map, with keys as strings as JSON has them; merge keys do not match. */
export function pairOf({ node }: Collection, key: string): Pair | undefined {
  if (!isMap(node)) return undefined;
  return node.items.find((pair) => !isMerge(pair) && keyText(pair.key) === key);
}

function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return key === null ? '' : undefined;
  return key.value === null ? '' : String(key.value);
}

/** Whether a pair is a merge key (`<<`): the library gives those their own conversion to JSON. */
export function isMerge({ key }: Pair): boolean {
  return isScalar(key) && key.addToJSMap !== undefined;
}

function isCollectionToken(token: CST.Token | undefined): token is CollectionToken {
  return (
    token?.type === 'block-map' || token?.type === 'block-seq' || token?.type === 'flow-collection'
  );
}

function offsetOf(node: unknown): { offset?: number } {
  const range = (node as Node).range;
  return range ? { offset: range[0] } : {};
}
