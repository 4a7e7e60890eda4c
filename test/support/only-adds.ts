import { isObject, type Json, sameJson } from '../../src/core/api/json.ts';

/**
 * Where a document is not contained in a later one: every member must still be there with a value
 * that contains the old one, and every item of a list, in the old order.
 *
 * @returns the places, as sentences; none where the later document only has more.
 */
export function losses(before: Json, after: Json | undefined, path = ''): string[] {
  if (after === undefined) return [`${path} is gone`];
  if (Array.isArray(before) && Array.isArray(after)) return itemLosses(before, after, path);
  if (isObject(before) && isObject(after)) {
    return Object.entries(before).flatMap(([key, value]) =>
      losses(value as Json, Object.hasOwn(after, key) ? after[key] : undefined, `${path}/${key}`),
    );
  }
  // null is how a manifest may write an absent list.
  return before === null || sameJson(before, after) ? [] : [`${path} has another value`];
}

function itemLosses(before: readonly Json[], after: readonly Json[], path: string): string[] {
  let from = 0;
  for (const [index, item] of before.entries()) {
    const at = after.findIndex(
      (candidate, place) => place >= from && losses(item, candidate).length === 0,
    );
    if (at === -1) return [`${path}/${index} is gone, changed or moved`];
    from = at + 1;
  }
  return [];
}
