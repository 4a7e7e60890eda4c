import type { CST } from 'yaml';

export type CollectionToken = CST.BlockMap | CST.BlockSequence | CST.FlowCollection;
export type ItemToken = CST.CollectionItem;

const FILLER = new Set(['space', 'newline', 'comment', 'comma']);

function significant(tokens: readonly CST.SourceToken[] = []): CST.SourceToken[] {
  return tokens.filter((token) => !FILLER.has(token.type));
}

function sourceEnd(token: { offset: number; source: string }): number {
  return token.offset + token.source.length;
}

/** The token, unless it is the empty one that stands for a value that is not written. */
export function written(token: CST.Token | null | undefined): CST.Token | undefined {
  if (!token) return undefined;
  return 'source' in token && token.source === '' && token.type === 'scalar' ? undefined : token;
}

/** The items that are more than a trailing comma or comment: those that the parsed node has too. */
export function writtenItems(collection: CollectionToken): ItemToken[] {
  const items: readonly ItemToken[] = collection.items;
  return items.filter(
    ({ start, key, sep, value }) =>
      written(key) ||
      written(value) ||
      significant(start).length > 0 ||
      significant(sep).length > 0,
  );
}

/** Where an item begins: at its dash, question mark, anchor, tag, key or value. */
export function itemStart(item: ItemToken): number {
  const first = significant(item.start)[0] ?? written(item.key) ?? significant(item.sep)[0];
  return (first ?? item.value)?.offset ?? 0;
}

/** Where the last character of an item's content ends, before comments and line breaks. */
export function itemEnd(item: ItemToken): number {
  const value = written(item.value);
  if (value) return tokenEnd(value);
  const sign = significant(item.sep).at(-1);
  if (sign) return sourceEnd(sign);
  const key = written(item.key);
  if (key) return tokenEnd(key);
  const start = significant(item.start).at(-1);
  return start ? sourceEnd(start) : 0;
}

/** Where the last character of a value ends, before comments and line breaks. */
export function tokenEnd(token: CST.Token): number {
  switch (token.type) {
    case 'block-map':
    case 'block-seq': {
      const last = writtenItems(token).at(-1);
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

/** Trailing empty lines belong to a block scalar only if its header says keep (`|+`). */
function blockScalarEnd({ offset, props, source }: CST.BlockScalar): number {
  const header = props.find((token) => token.type === 'block-scalar-header');
  const last = props.at(-1);
  const bodyStart = last && 'source' in last ? sourceEnd(last) : offset;
  const kept = header && 'source' in header && header.source.includes('+');
  const body = kept ? source : source.replace(/(?:\r?\n)+$/, '');
  if (body === '' && !kept && header && 'source' in header) return sourceEnd(header);
  return bodyStart + body.length;
}

/** The anchor, tag or sign of a type among the tokens before an item's value. */
export function signOf(
  item: ItemToken,
  type: CST.SourceToken['type'],
): CST.SourceToken | undefined {
  return [...item.start, ...(item.sep ?? [])].findLast((token) => token.type === type);
}

/** The colon or dash that an item's value follows, or the anchor or tag after it. */
export function lastSign(item: ItemToken): CST.SourceToken | undefined {
  return significant(item.sep ?? item.start).at(-1);
}
