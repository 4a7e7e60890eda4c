import { isObject, type Json, type JsonObject } from '../../core/api/json.ts';
import { stringText } from './render-scalar.ts';

/** How block YAML is laid out: widths in columns. */
export interface Layout {
  /** From a key to the keys of the map under it. */
  readonly mapStep: number;
  /** From a key to the dashes of the list under it: 0 where lists are not indented. */
  readonly seqStep: number;
  /** From a dash to what follows it. */
  readonly dashWidth: number;
}

type Nested = readonly Json[] | JsonObject;

/** The members that JSON would write: those that are not undefined. */
export function membersOf(value: JsonObject): [string, Json][] {
  return Object.entries(value).flatMap(([key, member]): [string, Json][] =>
    member === undefined ? [] : [[key, member]],
  );
}

/** Whether a value takes lines of its own under its key. */
export function isNested(value: Json): value is Nested {
  if (isObject(value)) return membersOf(value).length > 0;
  return Array.isArray(value) && value.length > 0;
}

/** A value that stands on its key's line: a scalar, `[]` or `{}`. */
export function inlineText(value: Json): string {
  if (typeof value === 'string') return stringText(value);
  return isObject(value) ? '{}' : JSON.stringify(value);
}

/** The lines of a list or map, its first item at column 0. */
export function blockLines(value: Nested, layout: Layout): string[] {
  if (isObject(value)) {
    return membersOf(value).flatMap(([key, member]) => memberLines(key, member, layout));
  }
  return value.flatMap((item) => itemLines(item, layout));
}

/** The lines of `key: value`. */
export function memberLines(key: string, value: Json, layout: Layout): string[] {
  const name = `${stringText(key)}:`;
  if (!isNested(value)) return [`${name} ${inlineText(value)}`];
  const step = isObject(value) ? layout.mapStep : layout.seqStep;
  return [name, ...indented(blockLines(value, layout), step)];
}

/** The lines of `- value`. */
export function itemLines(value: Json, layout: Layout): string[] {
  const lines = isNested(value) ? blockLines(value, layout) : [inlineText(value)];
  const [first = '', ...rest] = lines;
  return ['-'.padEnd(layout.dashWidth) + first, ...indented(rest, layout.dashWidth)];
}

/** The lines, moved right. */
export function indented(lines: readonly string[], columns: number): string[] {
  return lines.map((line) => ' '.repeat(columns) + line);
}
