import type { CST } from 'yaml';

/** The token of a list or map. */
export type CollectionToken = CST.BlockMap | CST.BlockSequence | CST.FlowCollection;
/** The token of a list item, or of a key with its value. */
export type ItemToken = CST.CollectionItem;

const FILLER = new Set(['space', 'newline', 'comment', 'comma']);

function significant(tokens: readonly CST.SourceToken[] = []): CST.SourceToken[] {
  return tokens.filter((token) => !FILLER.has(token.type));
}

function sourceEnd(token: { offset: number; source: string }): number {
  return token.offset + token.source.length;
}

/** The token; undefined for the empty token that the parser puts where no value is written. */
export function nonEmptyToken(token: CST.Token | null | undefined): CST.Token | undefined {
  if (!token) return undefined;
  return 'source' in token && token.source === '' && token.type === 'scalar' ? undefined : token;
}

/**
 * The items with content, in the order of the text: the same as the items of the parsed node. The
 * token of a collection also has items that contain only a trailing comma or a comment.
 */
export function itemsWithContent(collection: CollectionToken): readonly ItemToken[] {
  const known = ITEMS.get(collection);
  if (known !== undefined) return known;
  const all: readonly ItemToken[] = collection.items;
  const items = all.filter(
    ({ start, key, sep, value }) =>
      nonEmptyToken(key) ||
      nonEmptyToken(value) ||
      significant(start).length > 0 ||
      significant(sep).length > 0,
  );
  ITEMS.set(collection, items);
  return items;
}

/** Each item of a long list asks for them. Tokens never change after they are parsed. */
const ITEMS = new WeakMap<CollectionToken, readonly ItemToken[]>();

/** The offset of an item's dash, question mark, anchor, tag, key or value, whichever comes first. */
export function itemStart(item: ItemToken): number {
  const first = significant(item.start)[0] ?? nonEmptyToken(item.key) ?? significant(item.sep)[0];
  return (first ?? item.value)?.offset ?? 0;
}

/** The offset after an item's last character, before comments and line breaks. */
export function itemEnd(item: ItemToken): number {
  const value = nonEmptyToken(item.value);
  if (value) return tokenEnd(value);
  const indicator = significant(item.sep).at(-1);
  if (indicator) return sourceEnd(indicator);
  const key = nonEmptyToken(item.key);
  if (key) return tokenEnd(key);
  const start = significant(item.start).at(-1);
  return start ? sourceEnd(start) : 0;
}

/** The offset after a value's last character, before comments and line breaks. */
export function tokenEnd(token: CST.Token): number {
  switch (token.type) {
    case 'block-map':
    case 'block-seq': {
      const last = itemsWithContent(token).at(-1);
      return last ? itemEnd(last) : token.offset;
    }
    case 'flow-collection': {
      const close = token.end[0];
      return close ? sourceEnd(close) : token.offset;
    }
    case 'block-scalar':
      return blockScalarEnd(token);
    default:
      return 'source' in token ? sourceEnd(token) : token.offset;
  }
}

/** Trailing empty lines are part of a block scalar only if its header keeps them (`|+`). */
function blockScalarEnd({ offset, props, source }: CST.BlockScalar): number {
  const header = props.find((token) => token.type === 'block-scalar-header');
  const last = props.at(-1);
  const bodyStart = last && 'source' in last ? sourceEnd(last) : offset;
  const kept = header && 'source' in header && header.source.includes('+');
  const body = kept ? source : withoutLineBreaks(source);
  if (body === '' && !kept && header && 'source' in header) return sourceEnd(header);
  return bodyStart + body.length;
}

/** A regular expression for the line breaks at the end takes quadratic time on blank lines. */
function withoutLineBreaks(source: string): string {
  let end = source.length;
  while (source[end - 1] === '\n') end -= source[end - 2] === '\r' ? 2 : 1;
  return source.slice(0, end);
}

/** The last token of a type (such as `anchor`, `tag` or `seq-item-ind`) before an item's value. */
export function indicatorOf(
  item: ItemToken,
  type: CST.SourceToken['type'],
): CST.SourceToken | undefined {
  return [...item.start, ...(item.sep ?? [])].findLast((token) => token.type === type);
}

/** The token that an item's value follows: the colon, the dash, or an anchor or tag after it. */
export function lastIndicator(item: ItemToken): CST.SourceToken | undefined {
  return significant(item.sep ?? item.start).at(-1);
}
