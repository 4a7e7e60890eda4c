import { isSeq } from 'yaml';
import type { Json } from '../../core/api/json.ts';
import { type AddOperation, pointerTokens } from '../../core/api/json-patch.ts';
import { type Collection, type CollectionFinder, pairOf } from './collections.ts';
import { Refusal } from './refusal.ts';
import type { CollectionToken } from './tokens.ts';

/** Values to insert into a list, next to each other. */
export interface ListInsertion {
  /** The index (from 0) in the list of the text; its length to append. */
  readonly before: number;
  readonly values: readonly Json[];
}

/** Everything that operations add to one list or map. */
export interface Additions {
  readonly collection: Collection;
  /** For a list. */
  readonly insertions: readonly ListInsertion[];
  /** For a map: values by key. */
  readonly members: ReadonlyMap<string, Json>;
}

interface PendingAdditions {
  readonly collection: Collection;
  readonly members: Map<string, Json>;
  /** The list after the operations so far: indexes of items in the text, and added values. */
  readonly list: (number | { readonly value: Json })[];
}

type PendingByToken = Map<CollectionToken, PendingAdditions>;

/**
 * Groups operations by the list or map that they add to.
 *
 * @returns the deepest collections first.
 * @throws Refusal for a path that does not exist, is shared, or leads into an added value.
 */
export function groupAdditions(
  finder: CollectionFinder,
  operations: readonly AddOperation[],
): Additions[] {
  const pending: PendingByToken = new Map();
  for (const operation of operations) add(finder, operation, pending);
  return [...pending.values()]
    .toSorted((one, other) => other.collection.depth - one.collection.depth)
    .map(({ collection, members, list }) => ({
      collection,
      members,
      insertions: insertionsIn(list),
    }))
    .filter(({ members, insertions }) => members.size > 0 || insertions.length > 0);
}

function add(
  finder: CollectionFinder,
  { path, value }: AddOperation,
  pending: PendingByToken,
): void {
  const tokens = pointerTokens(path);
  const last = tokens.pop();
  if (last === undefined) throw new Refusal('unsupported', { path });
  const collection = tokens.reduce(
    (outer, token) => child(finder, outer, token, pending),
    finder.root(),
  );
  const target = pendingFor(collection, pending);
  if (!isSeq(collection.node)) {
    finder.assertNotShared(pairOf(collection, last)?.value, path);
    target.members.set(last, value);
    return;
  }
  target.list.splice(indexIn(target, last, target.list.length, path), 0, { value });
}

function child(
  finder: CollectionFinder,
  collection: Collection,
  token: string,
  pending: PendingByToken,
): Collection {
  if (!isSeq(collection.node)) return finder.member(collection, token);
  const target = pendingFor(collection, pending);
  const path = `${collection.path}/${token}`;
  const index = target.list[indexIn(target, token, target.list.length - 1, path)];
  if (typeof index !== 'number') throw new Refusal('missing', { path });
  return finder.item(collection, index);
}

function pendingFor(collection: Collection, pending: PendingByToken): PendingAdditions {
  const known = pending.get(collection.token);
  if (known !== undefined) return known;
  const unchanged = { collection, members: new Map(), list: [...collection.node.items.keys()] };
  pending.set(collection.token, unchanged);
  return unchanged;
}

function indexIn(
  { list }: PendingAdditions,
  token: string,
  maxIndex: number,
  path: string,
): number {
  if (token === '-' && maxIndex === list.length) return list.length;
  const index = /^(?:0|[1-9]\d*)$/.test(token) ? Number(token) : Number.POSITIVE_INFINITY;
  if (index > maxIndex) throw new Refusal('missing', { path });
  return index;
}

function insertionsIn(list: PendingAdditions['list']): ListInsertion[] {
  const insertions: ListInsertion[] = [];
  let before = 0;
  let values: Json[] = [];
  const close = () => {
    if (values.length > 0) insertions.push({ before, values });
    values = [];
  };
  for (const item of list) {
    if (typeof item !== 'number') {
      values.push(item.value);
      continue;
    }
    before = item;
    close();
    before = item + 1;
  }
  close();
  return insertions;
}
