import { isSeq } from 'yaml';
import { sameJson } from '../../core/api/json.ts';
import { pointerTokens } from '../../core/api/json-patch.ts';
import { removeValues } from '../edit-json.ts';
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
  const removals = groupRemovals(new CollectionFinder(document), pointers);
  const edits = mergeDeletions(removals.flatMap((removal) => editsOf(text, removal)));
  const result = applyEdits(
    text,
    edits.map((edit) => withPrecedingLineBreak(text, edit)),
  );
  const after = parseValue(result, 'unproven');
  if (!sameJson(removeValues(before, pointers), after)) throw new Refusal('unproven');
  return result;
}

/** What to remove from one list or map. */
interface Removal {
  readonly collection: Collection;
  /** Indexes (from 0) of its items with content. */
  readonly removed: Set<number>;
}

function groupRemovals(finder: CollectionFinder, pointers: readonly string[]): Removal[] {
  const removals = new Map<CollectionToken, Removal>();
  for (const path of pointers) {
    const tokens = pointerTokens(path);
    const last = tokens.pop() ?? '';
    const collection = tokens.reduce((outer, token) => child(finder, outer, token), finder.root());
    const removal = removals.get(collection.token) ?? { collection, removed: new Set() };
    removal.removed.add(indexOf(finder, collection, last, path));
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
