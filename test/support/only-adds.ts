import { isObject, type Json, sameJson } from '../../src/core/api/json.ts';

/**
 * What a document has lost in a later version of it. The later version must still have each member
 * of an object and each item of a list, in the same order, and may have more of both.
 *
 * @param path the JSON Pointer of `before`, to name the losses.
 * @returns a sentence for each loss; empty if the later version only adds.
 */
export function losses(before: Json, after: Json | undefined, path = ''): string[] {
  if (after === undefined) return [`${path} is missing`];
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
      (candidate, position) => position >= from && losses(item, candidate).length === 0,
    );
    if (at === -1) return [`${path}/${index} is missing, changed or moved`];
    from = at + 1;
  }
  return [];
}
