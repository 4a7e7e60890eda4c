import { isObject, type Json } from '../../src/core/api/json.ts';
import { type AddOperation, pointerTokens } from '../../src/core/api/json-patch.ts';

/**
 * Applies `add` operations as RFC 6902 section 4.1 requires: every parent must exist, and an index
 * must be a number without leading zeros and at most the list's length. It is written from the RFC.
 * With the code that it tests, it shares only `pointerTokens`.
 *
 * @returns the patched copy; the document itself is not changed.
 * @throws Error if an operation is not `add` or cannot be applied.
 */
export function applyStrictly(document: Json, operations: readonly AddOperation[]): Json {
  let result = structuredClone(document);
  for (const { op, path, value } of operations) {
    if (op !== 'add') throw new Error(`expected the operation add, got ${op}`);
    result = add(result, pointerTokens(path), structuredClone(value));
  }
  return result;
}

function add(target: Json, tokens: readonly string[], value: Json): Json {
  const [token, ...rest] = tokens;
  if (token === undefined) return value;
  if (Array.isArray(target)) return addToList(target, token, rest, value);
  if (!isObject(target))
    throw new Error(`${token} is in a value that is neither an object nor a list`);
  if (rest.length > 0 && !Object.hasOwn(target, token))
    throw new Error(`the object has no member ${token}`);
  const member = rest.length === 0 ? value : add(target[token] as Json, rest, value);
  return { ...target, [token]: member };
}

function addToList(
  list: readonly Json[],
  token: string,
  rest: readonly string[],
  value: Json,
): Json {
  if (token === '-' && rest.length === 0) return [...list, value];
  if (!/^(0|[1-9]\d*)$/.test(token)) throw new Error(`${token} is not an index of a list`);
  const index = Number(token);
  if (rest.length === 0) {
    if (index > list.length) throw new Error(`index ${token} is beyond the end of the list`);
    return list.toSpliced(index, 0, value);
  }
  const item = list[index];
  if (item === undefined) throw new Error(`the list has no item ${token}`);
  return list.with(index, add(item, rest, value));
}
