import { isObject, type Json } from '../../src/core/api/json.ts';
import { type AddOperation, pointerTokens } from '../../src/core/api/json-patch.ts';

/**
 * A strict reader of RFC 6902 section 4.1, written from the RFC and sharing nothing with what it
 * checks but the splitting of pointers: every parent must exist, an index must be a number without
 * leading zeros and at most the list's length.
 */
export function applyStrictly(document: Json, operations: readonly AddOperation[]): Json {
  let result = structuredClone(document);
  for (const { op, path, value } of operations) {
    if (op !== 'add') throw new Error(`${op} is not add`);
    result = add(result, pointerTokens(path), structuredClone(value));
  }
  return result;
}

function add(target: Json, tokens: readonly string[], value: Json): Json {
  const [token, ...rest] = tokens;
  if (token === undefined) return value;
  if (Array.isArray(target)) return addToList(target, token, rest, value);
  if (!isObject(target)) throw new Error(`${token} is below a scalar`);
  if (rest.length > 0 && !Object.hasOwn(target, token)) throw new Error(`no member ${token}`);
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
  if (!/^(0|[1-9]\d*)$/.test(token)) throw new Error(`${token} is not an index`);
  const index = Number(token);
  if (rest.length === 0) {
    if (index > list.length) throw new Error(`${token} is beyond the end`);
    return list.toSpliced(index, 0, value);
  }
  const item = list[index];
  if (item === undefined) throw new Error(`no item ${token}`);
  return list.with(index, add(item, rest, value));
}
