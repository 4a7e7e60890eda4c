import { type Document, isMap, isScalar, isSeq, type Pair } from 'yaml';
import { type Json, sameJson } from '../../core/api/json.ts';
import { type AddOperation, escapeToken } from '../../core/api/json-patch.ts';
import { addValues } from '../edit-json.ts';
import { type Additions, groupAdditions } from './additions.ts';
import { type Layout, readLayout } from './block-layout.ts';
import {
  type Collection,
  CollectionFinder,
  type FlowCollection,
  isFlow,
  jsonOf,
  pairOf,
  parseValue,
  parseWithTokens,
} from './collections.ts';
import { appendLines, deleteTag, insertLines, writeValue } from './edit-block.ts';
import { insertFlow, writeFlowValue } from './edit-flow.ts';
import { readFlowStyle } from './flow-style.ts';
import { Refusal, refusable, type Splice } from './refusal.ts';
import { flowMember, flowValue, itemLines, memberLines } from './render.ts';
import { applyEdits, type Edit } from './text-edit.ts';
import { itemsWithContent, tokenEnd } from './tokens.ts';

type LayoutAt = (offset: number) => Layout;
type Members = readonly (readonly [key: string, value: Json])[];

/**
 * Applies `add` operations to the text of one YAML document by inserting text. Every other byte
 * stays, except for a null, a scalar or an empty collection that an operation replaces. The result
 * is parsed and compared with what RFC 6902 expects.
 *
 * @param operations no path may lead into a value that an earlier operation adds.
 * @param parsed the text as `parseWithTokens` parses it, if the caller has it.
 */
export function splice(
  text: string,
  operations: readonly AddOperation[],
  parsed?: Document.Parsed,
): Splice {
  return refusable(text, () => insertAll(text, operations, parsed));
}

function insertAll(
  text: string,
  operations: readonly AddOperation[],
  parsed: Document.Parsed | undefined,
): string {
  if (operations.length === 0) return text;
  const document = parsed ?? parseWithTokens(text, 'unreadable');
  const before = jsonOf(document, 'unreadable');
  const layoutAt = readLayout(document.contents?.srcToken, text);
  const additions = groupAdditions(new CollectionFinder(document), operations);
  const edits = additions.flatMap((addition) => editsOf(text, addition, layoutAt));
  const result = applyEdits(text, edits);
  const after = parseValue(result, 'unproven');
  if (!sameJson(addValues(before, operations), after)) throw new Refusal('unproven');
  return result;
}

function editsOf(
  text: string,
  { collection, insertions, members }: Additions,
  layoutAt: LayoutAt,
): Edit[] {
  const newMembers = [...members].filter(([key]) => !pairOf(collection, key));
  const replacements = [...members].flatMap(([key, value]) => {
    const pair = pairOf(collection, key);
    return pair ? replaceValue(text, collection, key, pair, value, layoutAt) : [];
  });
  const parent = blockParentOfEmpty(text, collection);
  if (parent && (newMembers.length > 0 || insertions.length > 0)) {
    const value = isSeq(collection.node)
      ? insertions.flatMap(({ values }) => values)
      : Object.fromEntries(newMembers);
    const layout = layoutAt(collection.token.offset);
    return writeValue(text, parent.collection, parent.item, value, layout);
  }
  const inserted = isFlow(collection)
    ? flowEdits(text, collection, insertions, newMembers)
    : blockEdits(text, collection, insertions, newMembers, layoutAt);
  return [...replacements, ...inserted];
}

function blockEdits(
  text: string,
  collection: Collection,
  insertions: Additions['insertions'],
  newMembers: Members,
  layoutAt: LayoutAt,
): Edit[] {
  const items = itemsWithContent(collection.token);
  const inserted = insertions.flatMap(({ before, values }) => {
    const layout = layoutAt(items[before]?.value?.offset ?? tokenEnd(collection.token));
    const lines = values.flatMap((value) => itemLines(value, layout));
    return insertLines(text, collection, before, lines);
  });
  if (newMembers.length === 0) return inserted;
  const layout = layoutAt(tokenEnd(collection.token));
  const lines = newMembers.flatMap(([key, value]) => memberLines(key, value, layout));
  return [...inserted, ...appendLines(text, collection, lines)];
}

function flowEdits(
  text: string,
  collection: FlowCollection,
  insertions: Additions['insertions'],
  newMembers: Members,
): Edit[] {
  const style = readFlowStyle(text, collection);
  const inserted = insertions.flatMap(({ before, values }) => {
    const items = values.map((value) => (indent: string) => flowValue(value, style, indent));
    return insertFlow(text, collection, before, items, style);
  });
  if (newMembers.length === 0) return inserted;
  const items = newMembers.map(
    ([key, value]) =>
      (indent: string) =>
        flowMember(key, value, style, indent),
  );
  const end = collection.node.items.length;
  return [...inserted, ...insertFlow(text, collection, end, items, style)];
}

/** The parent of an empty `[]` or `{}` in block YAML, which can become block style as well. */
function blockParentOfEmpty(text: string, { token, parent }: Collection): Collection['parent'] {
  if (token.type !== 'flow-collection' || !parent || isFlow(parent.collection)) return undefined;
  return text.slice(token.offset + 1, tokenEnd(token) - 1).trim() === '' ? parent : undefined;
}

/** RFC 6902 section 4.1: `add` to a member that exists replaces its value. */
function replaceValue(
  text: string,
  collection: Collection,
  key: string,
  pair: Pair,
  value: Json,
  layoutAt: LayoutAt,
): Edit[] {
  const { offset } = collection.token;
  const path = `${collection.path}/${escapeToken(key)}`;
  const item = pair.srcToken;
  if (!item) throw new Refusal('unsupported', { path, offset });
  if (!isReplaceable(pair.value)) throw new Refusal('occupied', { path, offset });
  const edits = isFlow(collection)
    ? writeFlowValue(text, item, value, readFlowStyle(text, collection))
    : writeValue(text, collection, item, value, layoutAt(item.key?.offset ?? offset));
  return [...deleteTag(text, item), ...edits];
}

function isReplaceable(value: unknown): boolean {
  if (isMap(value) || isSeq(value)) return value.items.length === 0;
  return value === null || isScalar(value);
}
