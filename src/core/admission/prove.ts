import { isObject, type Json } from '../api/json.ts';
import { type AddOperation, pointerTokens, unescapeToken } from '../api/json-patch.ts';

const INDEX = /^(0|[1-9]\d*)$/;

/**
 * Proves that operations apply to a document, only add, and change none of its values. It does not
 * apply them: each applies to the document as it is, so it is enough to look up each path. As in
 * Kubernetes, null is the same as absent. A property test compares the proof with fast-json-patch.
 *
 * @param mayReplace the pointer of the one member that may already exist.
 * @returns undefined, or why the operations are not proven.
 */
export function prove(
  document: unknown,
  operations: readonly AddOperation[],
  mayReplace?: string,
): string | undefined {
  const grown = new Map<readonly Json[], number>();
  const set = new Set<string>();
  let last: Found | undefined;
  for (const { path, value } of operations) {
    if (value === undefined) return `${path}: no value`;
    const slash = path.lastIndexOf('/');
    if (!path.startsWith('/')) return `${path}: not a path of the document`;
    const parentPath = path.slice(0, slash);
    // Most operations have the same parent as the one before, such as a list of variables.
    if (last?.path !== parentPath) {
      last = { path: parentPath, parent: walk(document as Json, pointerTokens(parentPath), grown) };
    }
    const { parent } = last;
    if (typeof parent === 'string') return `${path}: ${parent}`;
    const token = unescapeToken(path.slice(slash + 1));
    const wrong = Array.isArray(parent)
      ? checkInsert(parent, token, grown)
      : checkMember(parent, token, path, set, mayReplace);
    if (wrong !== undefined) return `${path}: ${wrong}`;
  }
  return undefined;
}

interface Found {
  readonly path: string;
  readonly parent: Parent | string;
}

type Parent = Json & object;

function walk(
  document: Json,
  tokens: readonly string[],
  grown: ReadonlyMap<readonly Json[], number>,
): Parent | string {
  let value: Json | undefined = document;
  for (const token of tokens) {
    if (Array.isArray(value)) {
      if (grown.has(value)) return 'its parent is in a list that an earlier operation extends';
      value = INDEX.test(token) ? (value[Number(token)] as Json | undefined) : undefined;
    } else {
      value = isObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
    }
  }
  if (typeof value !== 'object' || value === null)
    return 'the document has no object or list at its parent';
  return value;
}

function checkInsert(
  list: readonly Json[],
  token: string,
  grown: Map<readonly Json[], number>,
): string | undefined {
  const added = grown.get(list) ?? 0;
  grown.set(list, added + 1);
  if (token === '-') return undefined;
  if (!INDEX.test(token)) return 'is not an index';
  return Number(token) <= list.length + added ? undefined : 'is beyond the end';
}

function checkMember(
  object: Parent,
  token: string,
  path: string,
  set: Set<string>,
  mayReplace: string | undefined,
): string | undefined {
  if (token === '__proto__') return 'is not allowed';
  if (set.has(path)) return 'is set twice';
  set.add(path);
  const members = object as Readonly<Record<string, Json>>;
  const isThere = Object.hasOwn(members, token) && members[token] !== null;
  return isThere && path !== mayReplace ? 'already exists' : undefined;
}
