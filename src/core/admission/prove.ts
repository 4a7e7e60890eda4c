import { isObject, type Json } from '../api/json.ts';
import { type AddOperation, pointerTokens, unescapeToken } from '../api/json-patch.ts';

const INDEX = /^(0|[1-9]\d*)$/;

/**
 * Proves that operations apply to a document, only add, and change no value that it has, without
 * applying them: as every one of them stands on the document as it is, it is enough to look each
 * place up. (null counts as absent, as it does to Kubernetes.) A property test holds this proof
 * and fast-json-patch equal.
 *
 * @param mayReplace the pointer of the one member that may be there already.
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
    if (!path.startsWith('/')) return `${path}: not a place in the document`;
    const parentPath = path.slice(0, slash);
    // Most operations have the parent of the one before: many variables go into one list.
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
      if (grown.has(value)) return 'leads through a list that has grown';
      value = INDEX.test(token) ? (value[Number(token)] as Json | undefined) : undefined;
    } else {
      value = isObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
    }
  }
  if (typeof value !== 'object' || value === null) return 'leads nowhere';
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
  if (token === '__proto__') return 'is not a member that may be set';
  if (set.has(path)) return 'is set twice';
  set.add(path);
  const members = object as Readonly<Record<string, Json>>;
  const isThere = Object.hasOwn(members, token) && members[token] !== null;
  return isThere && path !== mayReplace ? 'is there already' : undefined;
}
