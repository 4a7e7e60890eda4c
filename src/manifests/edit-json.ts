import jsonpatch, { type Operation } from 'fast-json-patch';
import { isObject, type Json } from '../core/api/json.ts';
import { type AddOperation, pointerTokens } from '../core/api/json-patch.ts';

/**
 * Applies `add` operations (RFC 6902) in their order to a document, which stays unchanged.
 *
 * @returns the new document; the document itself if there are no operations.
 * @throws Error if an operation does not apply, or if its path contains `__proto__`.
 */
export function applyOperations<Document>(
  document: Document,
  operations: readonly AddOperation[],
): Document {
  if (operations.length === 0) return document;
  const copy = structuredClone({ document, operations: operations as Operation[] });
  return jsonpatch.applyPatch(copy.document, copy.operations, true).newDocument;
}

/**
 * The same for documents with any keys. fast-json-patch refuses `__proto__`, which is a plain key in
 * YAML.
 *
 * @returns a document that shares its unchanged values with the old one; the document itself if
 *   there are no operations.
 * @throws Error if the list or map that an operation adds to does not exist.
 */
export function addValues<Document>(
  document: Document,
  operations: readonly AddOperation[],
): Document {
  const result = operations.reduce<Json>(
    (value, operation) => addAt(value, pointerTokens(operation.path), operation),
    document as Json,
  );
  return result as Document;
}

function addAt(target: Json | undefined, tokens: readonly string[], operation: AddOperation): Json {
  const [token, ...rest] = tokens;
  if (token === undefined) return operation.value;
  if (Array.isArray(target)) {
    const index = token === '-' ? target.length : Number(token);
    if (rest.length === 0) return target.toSpliced(index, 0, operation.value);
    return target.with(index, addAt(target[index], rest, operation));
  }
  if (!isObject(target)) throw new Error(`cannot add ${operation.path}: no list or map to add to`);
  const member = Object.hasOwn(target, token) ? target[token] : undefined;
  // A computed key, so that `__proto__` is a key like any other.
  return { ...target, [token]: addAt(member, rest, operation) };
}

/**
 * Copies a document without the values at some JSON Pointers (RFC 6901).
 *
 * @param pointers all of them refer to `document` as it is: an index counts the items that are
 *   removed too. Pointers to values that do not exist are ignored.
 */
export function removeValues<Document>(document: Document, pointers: readonly string[]): Document {
  return removeAt(document as Json, pointers.map(pointerTokens)) as Document;
}

function removeAt(value: Json, paths: readonly (readonly string[])[]): Json {
  if (paths.length === 0 || typeof value !== 'object' || value === null) return value;
  const pathsByKey = Map.groupBy(paths, ([key = '']) => key);
  const kept = Object.entries(value as Readonly<Record<string, Json>>).flatMap(
    ([key, member]): [string, Json][] => {
      const [first, ...others] = (pathsByKey.get(key) ?? []).map(([, ...rest]) => rest);
      if (first === undefined) return [[key, member]];
      return first.length === 0 ? [] : [[key, removeAt(member, [first, ...others])]];
    },
  );
  return Array.isArray(value) ? kept.map(([, item]) => item) : Object.fromEntries(kept);
}

/** Returns the value at a JSON Pointer (RFC 6901); undefined if there is none. */
export function valueAtPointer(document: Json | undefined, pointer: string): Json | undefined {
  return pointerTokens(pointer).reduce<Json | undefined>((value, token) => {
    if (Array.isArray(value)) return value[Number(token)];
    return isObject(value) ? value[token] : undefined;
  }, document);
}
