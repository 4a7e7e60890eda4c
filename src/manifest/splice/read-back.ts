import { isObject } from '../../api/json.ts';
import type { AddOperation } from '../../api/json-patch.ts';
import { pointerTokens } from '../../api/json-patch.ts';

/** Whether `after` is what the operations (RFC 6902) make of `before`. */
export function readsBack(
  before: unknown,
  operations: readonly AddOperation[],
  after: unknown,
): boolean {
  const expected = operations.reduce<unknown>(
    (value, operation) => added(value, pointerTokens(operation.path), operation.value),
    before,
  );
  return equals(expected, after);
}

function added(target: unknown, tokens: readonly string[], value: unknown): unknown {
  const [token, ...rest] = tokens;
  if (token === undefined) return value;
  if (Array.isArray(target)) {
    const index = token === '-' ? target.length : Number(token);
    if (rest.length === 0) return target.toSpliced(index, 0, value);
    return target.with(index, added(target[index], rest, value));
  }
  if (!isObject(target)) return undefined;
  // A computed key, so that `__proto__` is a member like any other.
  const member = Object.hasOwn(target, token) ? target[token] : undefined;
  return { ...target, [token]: added(member, rest, value) };
}

function equals(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => equals(item, other[index]));
  }
  if (!isObject(one) || !isObject(other)) return one === other || Object.is(one, other);
  const keys = Object.keys(one).filter((key) => one[key] !== undefined);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && equals(one[key], other[key]))
  );
}
