import { type CST, isMap, isScalar, isSeq, type Pair } from 'yaml';
import { isObject, type Json, sameJson } from '../../core/api/json.ts';
import { type AddOperation, escapeToken, pointerTokens } from '../../core/api/json-patch.ts';
import { type Additions, gatherAdditions } from './additions.ts';
import { jsonOf, Locator, type Place, pairOf, readYaml } from './collections.ts';
import { appendLines, dropTag, insertLines, writeValue } from './edit-block.ts';
import { insertFlow, writeFlowValue } from './edit-flow.ts';
import { Refusal, refused, type Splice } from './refusal.ts';
import { flowMember, flowValue, itemLines, type Layout, memberLines } from './render.ts';
import { readFlowStyle, readLayout } from './style.ts';
import { applyEdits, type Edit } from './text-edit.ts';
import { tokenEnd, writtenItems } from './tokens.ts';

type LayoutAt = (offset: number) => Layout;

/**
 * Renders `add` operations into the text of one YAML document by inserting text: every byte that
 * was written stays, save for a null, scalar or empty collection that has to give way. Operations
 * must not walk through what an earlier one adds. The result is read back and compared.
 */
export function splice(text: string, operations: readonly AddOperation[]): Splice {
  try {
    return { ok: true, text: spliced(text, operations) };
  } catch (error) {
    if (error instanceof Refusal) return refused(text, error);
    throw error;
  }
}

function spliced(text: string, operations: readonly AddOperation[]): string {
  if (operations.length === 0) return text;
  const document = readYaml(text, 'unreadable');
  const before = jsonOf(document, 'unreadable');
  const layoutAt = readLayout(document.contents?.srcToken, text);
  const additions = gatherAdditions(new Locator(document), operations);
  const edits = additions.flatMap((addition) => editsOf(text, addition, layoutAt));
  const result = applyEdits(text, edits);
  const after = jsonOf(readYaml(result, 'unproven'), 'unproven');
  if (!readsBack(before, operations, after)) throw new Refusal('unproven');
  return result;
}

function editsOf(text: string, { place, runs, members }: Additions, layoutAt: LayoutAt): Edit[] {
  const fresh = [...members].filter(([key]) => !pairOf(place, key));
  const values = [...members].flatMap(([key, value]) => {
    const pair = pairOf(place, key);
    return pair ? giveWay(text, place, key, pair, value, layoutAt) : [];
  });
  const host = emptyInBlock(text, place);
  if (host && (fresh.length > 0 || runs.length > 0)) {
    const value = isSeq(place.node) ? runs.flatMap((run) => run.values) : Object.fromEntries(fresh);
    return writeValue(text, host.place, host.item, value, layoutAt(place.token.offset));
  }
  const inserted =
    place.token.type === 'flow-collection'
      ? flowEdits(text, { ...place, token: place.token }, runs, fresh)
      : blockEdits(text, place, runs, fresh, layoutAt);
  return [...values, ...inserted];
}

function blockEdits(
  text: string,
  place: Place,
  runs: Additions['runs'],
  fresh: readonly [string, Json][],
  layoutAt: LayoutAt,
): Edit[] {
  const items = writtenItems(place.token);
  const inserted = runs.flatMap(({ before, values }) => {
    const layout = layoutAt(items[before]?.value?.offset ?? tokenEnd(place.token));
    const lines = values.flatMap((value) => itemLines(value, layout));
    return insertLines(text, place, before, lines);
  });
  if (fresh.length === 0) return inserted;
  const layout = layoutAt(tokenEnd(place.token));
  const lines = fresh.flatMap(([key, value]) => memberLines(key, value, layout));
  return [...inserted, ...appendLines(text, place, lines)];
}

function flowEdits(
  text: string,
  place: Place & { token: CST.FlowCollection },
  runs: Additions['runs'],
  fresh: readonly [string, Json][],
): Edit[] {
  const style = readFlowStyle(text, place);
  const inserted = runs.flatMap(({ before, values }) => {
    const items = values.map((value) => (indent: string) => flowValue(value, style, indent));
    return insertFlow(text, place, before, items, style);
  });
  if (fresh.length === 0) return inserted;
  const members = fresh.map(
    ([key, value]) =>
      (indent: string) =>
        flowMember(key, value, style, indent),
  );
  return [...inserted, ...insertFlow(text, place, place.node.items.length, members, style)];
}

/** The item that holds an empty `[]` or `{}` in block style, where it can become block style too. */
function emptyInBlock(text: string, { token, holder }: Place): Place['holder'] {
  if (token.type !== 'flow-collection' || holder?.place.token.type === 'flow-collection') {
    return undefined;
  }
  return text.slice(token.offset + 1, tokenEnd(token) - 1).trim() === '' ? holder : undefined;
}

/** RFC 6902 section 4.1: an `add` to a member that exists replaces its value. */
function giveWay(
  text: string,
  place: Place,
  key: string,
  pair: Pair,
  value: Json,
  layoutAt: LayoutAt,
): Edit[] {
  const path = `${place.path}/${escapeToken(key)}`;
  const item = pair.srcToken;
  if (!item) throw new Refusal('unsupported', { path, offset: place.token.offset });
  if (!canGiveWay(pair.value)) throw new Refusal('occupied', { path, offset: place.token.offset });
  const edits =
    place.token.type === 'flow-collection'
      ? writeFlowValue(text, item, value, readFlowStyle(text, place))
      : writeValue(text, place, item, value, layoutAt(item.key?.offset ?? place.token.offset));
  return [...dropTag(text, item), ...edits];
}

function canGiveWay(value: unknown): boolean {
  if (isMap(value) || isSeq(value)) return value.items.length === 0;
  return value === null || isScalar(value);
}

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
