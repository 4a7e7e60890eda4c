import { isObject, type Json, type JsonObject } from '../../core/api/json.ts';
import type { Layout } from './block-layout.ts';
import type { FlowStyle } from './flow-style.ts';

/**
 * What a YAML 1.1 parser, a YAML 1.2 parser or Go's parser (sigs.k8s.io/yaml) may read as
 * something other than a string. Too wide on purpose: needless quotes do no harm. Digits followed
 * by other letters (`15m`, `1Ki`) are strings for all of them.
 */
const NOT_A_STRING = [
  /^(?:~|null|true|false|yes|no|on|off|y|n|=|<<)$/i,
  // Integers of all bases, floats (even `.`), exponents, sexagesimals, with `_` between digits.
  /^[-+]?[._]*(?:\d[\d_.:a-fox+-]*)?$/i,
  // Some YAML 1.1 parsers read an exponent alone as NaN.
  /^[-+]?[._]*e[-+]?\d+$/i,
  /^[-+]?\.(?:inf|nan)$/i,
  /^\d{4}-\d\d?-\d\d?/,
];

const STARTS_AS_SYNTAX = /^[-?:](?:\s|$)|^[[\]{},#&*!|>'"%@`:?\s]|^(?:---|\.\.\.)/;
const CONTAINS_SYNTAX = /:(?:\s|$)|\s#|\s$/;
const CONTAINS_FLOW_SYNTAX = /[[\]{},:?#]/;
// Printable ASCII: parsers differ in what else they allow without quotes.
const PLAIN_CHARACTERS = /^[\x20-\x7e]+$/;

/** Allowed unescaped in JSON strings, but line breaks or not printable for YAML parsers. */
const UNSAFE_IN_QUOTES = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** Renders a string as JSON that is also a YAML double-quoted scalar on one line. */
export function quotedText(text: string): string {
  return JSON.stringify(text).replace(
    UNSAFE_IN_QUOTES,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isPlain(text: string): boolean {
  return (
    PLAIN_CHARACTERS.test(text) &&
    !STARTS_AS_SYNTAX.test(text) &&
    !CONTAINS_SYNTAX.test(text) &&
    !NOT_A_STRING.some((pattern) => pattern.test(text))
  );
}

/** Renders a string as block YAML on one line, in quotes only if necessary. */
export function stringText(text: string): string {
  if (isPlain(text)) return text;
  const single = PLAIN_CHARACTERS.test(text) && text.includes('"') && !text.includes("'");
  return single ? `'${text}'` : quotedText(text);
}

/** Renders a string for a flow collection, where more characters are syntax. */
export function flowStringText(text: string): string {
  return isPlain(text) && !CONTAINS_FLOW_SYNTAX.test(text) ? text : quotedText(text);
}

type NestedValue = readonly Json[] | JsonObject;

/** The members of an object as JSON.stringify writes them: without undefined values. */
function membersOf(value: JsonObject): [string, Json][] {
  return Object.entries(value).flatMap(([key, member]): [string, Json][] =>
    member === undefined ? [] : [[key, member]],
  );
}

/** Whether a value is a list or map with content, which block YAML writes on lines of its own. */
export function isNested(value: Json): value is NestedValue {
  if (isObject(value)) return membersOf(value).length > 0;
  return Array.isArray(value) && value.length > 0;
}

/** Renders a scalar, `[]` or `{}` on one line. */
export function inlineText(value: Json): string {
  if (typeof value === 'string') return stringText(value);
  return isObject(value) ? '{}' : JSON.stringify(value);
}

/** Renders a list or map as lines of block YAML, with its items at column 0. */
export function blockLines(value: NestedValue, layout: Layout): string[] {
  if (isObject(value)) {
    return membersOf(value).flatMap(([key, member]) => memberLines(key, member, layout));
  }
  return value.flatMap((item) => itemLines(item, layout));
}

/** Renders `key: value` as lines of block YAML. */
export function memberLines(key: string, value: Json, layout: Layout): string[] {
  const name = `${stringText(key)}:`;
  if (!isNested(value)) return [`${name} ${inlineText(value)}`];
  const step = isObject(value) ? layout.mapStep : layout.seqStep;
  return [name, ...indented(blockLines(value, layout), step)];
}

/** Renders `- value` as lines of block YAML. */
export function itemLines(value: Json, layout: Layout): string[] {
  const lines = isNested(value) ? blockLines(value, layout) : [inlineText(value)];
  const [first = '', ...rest] = lines;
  return ['-'.padEnd(layout.dashWidth) + first, ...indented(rest, layout.dashWidth)];
}

/** Indents lines by a number of spaces. */
export function indented(lines: readonly string[], columns: number): string[] {
  return lines.map((line) => ' '.repeat(columns) + line);
}

function flowString(value: string, style: FlowStyle): string {
  return style.isJson ? quotedText(value) : flowStringText(value);
}

/** Renders `key: value` for a flow map; its second and later lines begin with `indent`. */
export function flowMember(key: string, value: Json, style: FlowStyle, indent: string): string {
  return flowString(key, style) + style.colon + flowValue(value, style, indent);
}

/** Renders a value for a flow collection; its second and later lines begin with `indent`. */
export function flowValue(value: Json, style: FlowStyle, indent: string): string {
  if (typeof value === 'string') return flowString(value, style);
  if (!isNested(value)) return isObject(value) ? '{}' : JSON.stringify(value);
  const inside = indent + (style.indentUnit ?? '');
  const items = isObject(value)
    ? membersOf(value).map(([key, member]) => flowMember(key, member, style, inside))
    : value.map((item) => flowValue(item, style, inside));
  return isObject(value)
    ? `{${flowContent(items, style, style.bracePad, indent)}}`
    : `[${flowContent(items, style, style.bracketPad, indent)}]`;
}

/**
 * Renders the text between the brackets of a flow collection.
 *
 * @param pad the blank inside the brackets of a collection on one line.
 * @param indent of the line with the closing bracket, for a collection on several lines.
 */
export function flowContent(
  items: readonly string[],
  style: FlowStyle,
  pad: string,
  indent: string,
): string {
  if (style.indentUnit === undefined) return pad + items.join(style.comma) + pad;
  const start = style.lineBreak + indent;
  return `${items.map((item) => start + style.indentUnit + item).join(',')}${start}`;
}
