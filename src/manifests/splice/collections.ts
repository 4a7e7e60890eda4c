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
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { escapeToken } from '../../core/api/json-patch.ts';
import { type Obstacle, Refusal } from './refusal.ts';
import type { CollectionToken, ItemToken } from './tokens.ts';

/** Reads one YAML document with its tokens. @throws Refusal */
export function readYaml(text: string, obstacle: Obstacle): Document.Parsed {
  const document = parseDocument(text, {
    keepSourceTokens: true,
    logLevel: 'error',
    merge: true,
    prettyErrors: false,
    resolveKnownTags: false,
  });
  const [error] = document.errors;
  if (error) throw new Refusal(obstacle, { offset: error.pos[0], detail: error.message });
  return document;
}

/** The library throws at merge keys of anything but maps, and at alias bombs. @throws Refusal */
export function jsonOf(document: Document.Parsed, obstacle: Obstacle): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new Refusal(obstacle, { detail: String(error) });
  }
}

/** A list or map of the document: what it holds, and where that is written. */
export interface Place {
  readonly node: YAMLMap | YAMLSeq;
  readonly token: CollectionToken;
  /** How many collections are around it. */
  readonly depth: number;
  /** The collection that it is an item of, and that item; the root has none. */
  readonly holder?: { readonly place: Place; readonly item: ItemToken };
  readonly path: string;
}

/** Finds places in one document, and refuses those that are written for several places at once. */
export class Locator {
  readonly #root: unknown;
  readonly #aliased = new Map<unknown, string>();

  constructor(document: Document.Parsed) {
    this.#root = document.contents;
    visit(document, {
      Alias: (_key, alias) => {
        const target = alias.resolve(document);
        if (target) this.#aliased.set(target, alias.source);
      },
    });
  }

  root(): Place {
    return this.#place(this.#root, '', undefined);
  }

  /** The collection under a key of a map. */
  member(place: Place, key: string): Place {
    const path = `${place.path}/${escapeToken(key)}`;
    const pair = pairOf(place, key);
    if (!pair && isMap(place.node) && place.node.items.some(isMerge)) {
      throw new Refusal('merge_key', { path, offset: place.token.offset });
    }
    return this.#place(pair?.value, path, pair?.srcToken && { place, item: pair.srcToken });
  }

  /** The collection at an index of a list; `item` is where that is written. */
  item(place: Place, index: number, item: ItemToken | undefined): Place {
    return this.#place(place.node.items[index], `${place.path}/${index}`, item && { place, item });
  }

  /** Refuses a value that something else in the document shares. */
  assertOwn(node: unknown, path: string): void {
    if (isAlias(node)) {
      throw new Refusal('alias', { path, anchor: node.source, ...at(node) });
    }
    const anchor = this.#aliased.get(node);
    if (anchor !== undefined) throw new Refusal('anchor', { path, anchor, ...at(node) });
  }

  #place(node: unknown, path: string, holder: Place['holder']): Place {
    this.assertOwn(node, path);
    if (!isMap(node) && !isSeq(node)) throw new Refusal('missing', { path });
    const token = node.srcToken;
    // `[a: 1]` holds a map that has no brackets of its own.
    if (!isCollectionToken(token)) throw new Refusal('unsupported', { path, ...at(node) });
    const depth = holder ? holder.place.depth + 1 : 0;
    return { node, token, path, depth, ...(holder && { holder }) };
  }
}

/** The member of a map under a key, as JSON sees keys. */
export function pairOf(place: Place, key: string): Pair | undefined {
  if (!isMap(place.node)) return undefined;
  return place.node.items.find((pair) => !isMerge(pair) && keyText(pair.key) === key);
}

function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return key === null ? '' : undefined;
  return key.value === null ? '' : String(key.value);
}

/** Whether a pair is a merge key, which the library marks with a way of its own to become JSON. */
export function isMerge(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.addToJSMap !== undefined;
}

function isCollectionToken(token: CST.Token | undefined): token is CollectionToken {
  return (
    token?.type === 'block-map' || token?.type === 'block-seq' || token?.type === 'flow-collection'
  );
}

function at(node: unknown): { offset?: number } {
  const range = (node as Node).range;
  return range ? { offset: range[0] } : {};
}
