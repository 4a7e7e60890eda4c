import { isSeq } from 'yaml';
import type { Json } from '../../core/api/json.ts';
import { type AddOperation, pointerTokens } from '../../core/api/json-patch.ts';
import { type Locator, type Place, pairOf } from './collections.ts';
import { Refusal } from './refusal.ts';
import { type CollectionToken, writtenItems } from './tokens.ts';

/** Values that go before the item at an index of the list as it is written; at its length, last. */
export interface Run {
  readonly before: number;
  readonly values: readonly Json[];
}

/** Everything that the operations add to one list or map. */
export interface Additions {
  readonly place: Place;
  readonly runs: readonly Run[];
  readonly members: ReadonlyMap<string, Json>;
}

interface Gathered {
  readonly place: Place;
  readonly members: Map<string, Json>;
  /** The list as the operations so far made it: written items by their index, and added ones. */
  readonly list: (number | { readonly value: Json })[];
}

/** Sorts operations by the collection that they add to, deepest first. */
export function gatherAdditions(
  locator: Locator,
  operations: readonly AddOperation[],
): Additions[] {
  const gathered = new Map<CollectionToken, Gathered>();
  for (const operation of operations) add(locator, operation, gathered);
  return [...gathered.values()]
    .toSorted((one, other) => other.place.depth - one.place.depth)
    .map(({ place, members, list }) => ({ place, members, runs: runsOf(list) }));
}

function add(
  locator: Locator,
  { path, value }: AddOperation,
  gathered: Map<CollectionToken, Gathered>,
): void {
  const tokens = pointerTokens(path);
  const last = tokens.pop();
  if (last === undefined) throw new Refusal('unsupported', { path });
  const place = tokens.reduce(
    (outer, token) => step(locator, outer, token, gathered),
    locator.root(),
  );
  const target = gathered.get(place.token) ?? nothing(place);
  gathered.set(place.token, target);
  if (!isSeq(place.node)) {
    locator.assertOwn(pairOf(place, last)?.value, path);
    target.members.set(last, value);
    return;
  }
  target.list.splice(indexIn(target, last, target.list.length, path), 0, { value });
}

function step(
  locator: Locator,
  place: Place,
  token: string,
  gathered: ReadonlyMap<CollectionToken, Gathered>,
): Place {
  if (!isSeq(place.node)) return locator.member(place, token);
  const target = gathered.get(place.token) ?? nothing(place);
  const path = `${place.path}/${token}`;
  const written = target.list[indexIn(target, token, target.list.length - 1, path)];
  if (typeof written !== 'number') throw new Refusal('missing', { path });
  return locator.item(place, written, writtenItems(place.token)[written]);
}

function nothing(place: Place): Gathered {
  return { place, members: new Map(), list: [...place.node.items.keys()] };
}

function indexIn({ list }: Gathered, token: string, max: number, path: string): number {
  if (token === '-' && max === list.length) return list.length;
  const index = /^(?:0|[1-9]\d*)$/.test(token) ? Number(token) : Number.POSITIVE_INFINITY;
  if (index > max) throw new Refusal('missing', { path });
  return index;
}

function runsOf(list: Gathered['list']): Run[] {
  const runs: Run[] = [];
  let before = 0;
  let values: Json[] = [];
  const close = () => {
    if (values.length > 0) runs.push({ before, values });
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
  return runs;
}
