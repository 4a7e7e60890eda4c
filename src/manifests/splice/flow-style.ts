import type { CST } from 'yaml';
import { isJson } from '../../core/api/json.ts';
import { type Collection, type FlowCollection, isFlow } from './collections.ts';
import { beginsLine, lineBreakOf, lineIndent } from './text-edit.ts';
import { itemStart, itemsWithContent, tokenEnd } from './tokens.ts';

/** How flow YAML or JSON is written. */
export interface FlowStyle {
  /** The text is valid JSON: all strings are in double quotes. */
  readonly isJson: boolean;
  readonly comma: ',' | ', ';
  readonly colon: ':' | ': ';
  /** The blank inside the braces of a map on one line. */
  readonly bracePad: '' | ' ';
  /** The blank inside the brackets of a list on one line. */
  readonly bracketPad: '' | ' ';
  /** One step of indentation if each item is on a line of its own; otherwise undefined. */
  readonly indentUnit?: string | undefined;
  readonly lineBreak: string;
}

/** Reads the style of a flow collection from the outermost flow collection around it. */
export function readFlowStyle(text: string, collection: FlowCollection): FlowStyle {
  const around = withOuterFlow(collection);
  const root = around.at(-1) ?? collection.token;
  const isJsonText = isJson(text.slice(root.offset, tokenEnd(root)));
  const all = withInnerFlow(root);
  const hasLines = takesLines(text, collection, all, around, isJsonText);
  const comma = hasSpaceAfter(text, all.flatMap(commaOffsets));
  const colon = hasSpaceAfter(text, all.flatMap(colonOffsets));
  return {
    isJson: isJsonText,
    comma: (comma ?? colon ?? true) ? ', ' : ',',
    colon: !isJsonText || (colon ?? comma ?? true) ? ': ' : ':',
    bracePad: readPad(text, all, '{'),
    bracketPad: readPad(text, all, '['),
    indentUnit: hasLines ? indentUnitOf(text, collection) : undefined,
    lineBreak: lineBreakOf(text),
  };
}

/** Whether a flow collection has its items on lines of their own. */
export function hasItemLines(text: string, token: CST.FlowCollection): boolean {
  const [first] = itemsWithContent(token);
  return first !== undefined && beginsLine(text, itemStart(first));
}

/** The token of a flow collection, and those of all flow collections around it. */
function withOuterFlow(collection: Collection): CST.FlowCollection[] {
  if (!isFlow(collection)) return [];
  const { token, parent } = collection;
  return [token, ...(parent ? withOuterFlow(parent.collection) : [])];
}

/** The token of a flow collection, and those of all flow collections in it. */
function withInnerFlow(token: CST.Token | null | undefined): CST.FlowCollection[] {
  if (token?.type !== 'flow-collection') return [];
  return [token, ...token.items.flatMap((item) => withInnerFlow(item.value))];
}

/** A new collection takes several lines if the nearest one beside it does. */
function takesLines(
  text: string,
  collection: FlowCollection,
  all: readonly CST.FlowCollection[],
  around: readonly CST.FlowCollection[],
  isJsonText: boolean,
): boolean {
  const outer = around.find((token) => itemsWithContent(token).length > 0);
  if (!outer || !hasItemLines(text, outer)) return false;
  const distance = (token: CST.FlowCollection) => Math.abs(token.offset - collection.token.offset);
  const [nearestBeside] = all
    .filter((token) => !around.includes(token) && itemsWithContent(token).length > 0)
    .sort((one, other) => distance(one) - distance(other));
  return nearestBeside ? hasItemLines(text, nearestBeside) : isJsonText;
}

/** One step of indentation in a flow collection, or else in the one around it; else two spaces. */
export function indentUnitOf(text: string, { token, parent }: Collection): string {
  const [first] = itemsWithContent(token);
  if (!first || !beginsLine(text, itemStart(first))) {
    return parent && isFlow(parent.collection) ? indentUnitOf(text, parent.collection) : '  ';
  }
  const inside = lineIndent(text, itemStart(first));
  const outside = lineIndent(text, token.offset);
  return inside.startsWith(outside) && inside > outside ? inside.slice(outside.length) : '  ';
}

function commaOffsets({ items }: CST.FlowCollection): number[] {
  return items.flatMap(({ start }) =>
    start.filter(({ type }) => type === 'comma').map(({ offset }) => offset),
  );
}

function colonOffsets({ items }: CST.FlowCollection): number[] {
  return items.flatMap(({ sep = [] }) =>
    sep.filter(({ type }) => type === 'map-value-ind').map(({ offset }) => offset),
  );
}

/** Whether a space follows the first of these characters that does not end its line. */
function hasSpaceAfter(text: string, offsets: readonly number[]): boolean | undefined {
  const inLine = offsets.find((offset) => !/[\r\n]/.test(text.charAt(offset + 1)));
  return inLine === undefined ? undefined : text.charAt(inLine + 1) === ' ';
}

function readPad(text: string, all: readonly CST.FlowCollection[], bracket: string): '' | ' ' {
  const sample = all.find(
    (token) =>
      token.start.source === bracket &&
      itemsWithContent(token).length > 0 &&
      !hasItemLines(text, token),
  );
  return sample && text.charAt(sample.offset + 1) === ' ' ? ' ' : '';
}
