import { isSeq } from 'yaml';
import { sameJson } from '../../core/api/json.ts';
import { pointerTokens } from '../../core/api/json-patch.ts';
import { addValues, removeValues } from '../edit-json.ts';
import {
  type Collection,
  CollectionFinder,
  jsonOf,
  pairOf,
  parseValue,
  parseWithTokens,
} from './collections.ts';
import { cutFromBlock, cutFromFlow } from './cut.ts';
import { Refusal, refusable, type Splice } from './refusal.ts';
import { type Restoration, restoration } from './replaced.ts';
import { applyEdits, type Edit, mergeDeletions } from './text-edit.ts';
import { type CollectionToken, itemsWithContent } from './tokens.ts';

/**
 * Removes list items and members of maps from the text of one YAML document. Every other byte
 * stays, including comments above and between them. The result is parsed and compared with the
 * expected value.
 *
 * @param pointers JSON Pointers that all refer to the document as it is; none is inside another,
 *   and they leave at least one item in every list and map that they remove from.
 */
export function unsplice(text: string, pointers: readonly string[]): Splice {
  return refusable(text, () => removeAll(text, pointers));
}

function removeAll(text: string, pointers: readonly string[]): string {
  if (pointers.length === 0) return text;
  const document = parseWithTokens(text, 'unreadable');
  const before = jsonOf(document, 'unreadable');
  const removals = groupRemovals(text, new CollectionFinder(document), pointers);
  const restorations = removals.flatMap(restorationsIn);
  const deletions = mergeDeletions([
    ...removals.flatMap((removal) => editsOf(text, removal)),
    ...restorations.flatMap(({ edits }) => edits.filter((edit) => edit.text === '')),
  ]);
  const edits = [
    ...deletions.map((edit) => withPrecedingLineBreak(text, edit)),
    ...restorations.flatMap((restored) => restored.edits.filter((edit) => edit.text !== '')),
  ];
  const result = applyEdits(text, edits);
  const after = parseValue(result, 'unproven');
  const restored = new Set(restorations.map(({ path }) => path));
  // First, because a removal moves the items after it.
  const complete = addValues(
    before,
    restorations.map(({ path, value }) => ({ op: 'add', path, value })),
  );
  const expected = removeValues(
    complete,
    pointers.filter((pointer) => !restored.has(pointer)),
  );
  if (!sameJson(expected, after)) throw new Refusal('unproven');
  return result;
}

/** What to remove from one list or map. */
interface Removal {
  readonly collection: Collection;
  /** Indexes (from 0) of its items with content. */
  readonly removed: Set<number>;
  /** Items of a block map that get back the value that they had, by their JSON Pointer. */
  readonly restored: Map<string, Restoration>;
}

function restorationsIn({ restored }: Removal): (Restoration & { readonly path: string })[] {
  return [...restored].map(([path, one]) => ({ path, ...one }));
}

function groupRemovals(
  text: string,
  finder: CollectionFinder,
  pointers: readonly string[],
): Removal[] {
  const removals = new Map<CollectionToken, Removal>();
  for (const path of pointers) {
    const tokens = pointerTokens(path);
    const last = tokens.pop() ?? '';
    const collection = tokens.reduce((outer, token) => child(finder, outer, token), finder.root());
    const removal = removals.get(collection.token) ?? {
      collection,
      removed: new Set(),
      restored: new Map(),
    };
    const index = indexOf(finder, collection, last, path);
    const item = itemsWithContent(collection.token)[index];
    const replaced =
      item && collection.token.type === 'block-map' ? restoration(text, item) : undefined;
    if (replaced === undefined) removal.removed.add(index);
    else removal.restored.set(path, replaced);
    removals.set(collection.token, removal);
  }
  return [...removals.values()];
}

function child(finder: CollectionFinder, collection: Collection, token: string): Collection {
  return isSeq(collection.node)
    ? finder.item(collection, Number(token))
    : finder.member(collection, token);
}

function indexOf(
  finder: CollectionFinder,
  collection: Collection,
  token: string,
  path: string,
): number {
  if (isSeq(collection.node)) {
    finder.assertNotShared(collection.node.items[Number(token)], path);
    return Number(token);
  }
  const pair = pairOf(collection, token);
  finder.assertNotShared(pair?.value, path);
  if (pair?.srcToken === undefined) throw new Refusal('missing', { path });
  return itemsWithContent(collection.token).indexOf(pair.srcToken);
}

function editsOf(text: string, { collection, removed }: Removal): Edit[] {
  const { token, path } = collection;
  if (removed.size === 0) return [];
  if (removed.size >= itemsWithContent(token).length) throw new Refusal('unsupported', { path });
  return token.type === 'flow-collection'
    ? cutFromFlow(text, token, removed)
    : cutFromBlock(text, token, removed);
}

/** If a text does not end with a line break, deleting its last lines includes the one before. */
function withPrecedingLineBreak(text: string, edit: Edit): Edit {
  if (edit.to !== text.length || edit.at === 0 || text.endsWith('\n')) return edit;
  if (text[edit.at - 1] !== '\n') return edit;
  return { ...edit, at: text[edit.at - 2] === '\r' ? edit.at - 2 : edit.at - 1 };
}
