import { isObject, sameJson } from '../../core/api/json.ts';
import { type AddOperation, pointerTokens } from '../../core/api/json-patch.ts';

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
  return sameJson(expected, after);
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
