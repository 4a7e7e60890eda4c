import { isObject, type Json, type JsonObject } from '../../core/api/json.ts';

/**
 * What YAML 1.1, YAML 1.2 or Go's readers (sigs.k8s.io/yaml) take for something else than a
 * string. Wide on purpose: a needless quote costs nothing. Digits followed by other letters
 * (`15m`, `1Ki`) are strings everywhere.
 */
const NOT_A_STRING = [
  /^(?:~|null|true|false|yes|no|on|off|y|n|=|<<)$/i,
  // Integers of all bases, floats (even `.`), exponents, sexagesimals, with `_` between digits.
  /^[-+]?[._]*(?:\d[\d_.:a-fox+-]*)?$/i,
  // Some readers of YAML 1.1 take an exponent alone for NaN.
  /^[-+]?[._]*e[-+]?\d+$/i,
  /^[-+]?\.(?:inf|nan)$/i,
  /^\d{4}-\d\d?-\d\d?/,
];

const STARTS_AS_SYNTAX = /^[-?:](?:\s|$)|^[[\]{},#&*!|>'"%@`:?\s]|^(?:---|\.\.\.)/;
const HOLDS_SYNTAX = /:(?:\s|$)|\s#|\s$/;
const HOLDS_FLOW_SYNTAX = /[[\]{},:?#]/;
// Printable ASCII: whether others may stand unquoted differs between readers.
const PLAIN_CHARACTERS = /^[\x20-\x7e]+$/;

/** Legal in JSON strings as they are, but line breaks or not printable for YAML readers. */
const UNSAFE_IN_QUOTES = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** A string as JSON, which is also a YAML double-quoted scalar on one line. */
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
    !HOLDS_SYNTAX.test(text) &&
    !NOT_A_STRING.some((pattern) => pattern.test(text))
  );
}

/** A string as block YAML on one line, quoted only where a reader needs it. */
export function stringText(text: string): string {
  if (isPlain(text)) return text;
  const single = PLAIN_CHARACTERS.test(text) && text.includes('"') && !text.includes("'");
  return single ? `'${text}'` : quotedText(text);
}

/** A string inside a flow collection, where more characters are syntax. */
export function flowStringText(text: string): string {
  return isPlain(text) && !HOLDS_FLOW_SYNTAX.test(text) ? text : quotedText(text);
}

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

/** How flow YAML or JSON is laid out. */
export interface FlowStyle {
  /** Written as JSON: all strings in double quotes. */
  readonly json: boolean;
  readonly comma: ',' | ', ';
  readonly colon: ':' | ': ';
  /** What stands inside the braces and brackets of a collection on one line. */
  readonly bracePad: '' | ' ';
  readonly bracketPad: '' | ' ';
  /** One step of indentation, where collections put each item on a line of its own. */
  readonly unit?: string | undefined;
  readonly lineBreak: string;
}

function text(value: string, style: FlowStyle): string {
  return style.json ? quotedText(value) : flowStringText(value);
}

/** The text of `key: value`; lines after its first begin with `indent`. */
export function flowMember(key: string, value: Json, style: FlowStyle, indent: string): string {
  return text(key, style) + style.colon + flowValue(value, style, indent);
}

/** The text of a value; lines after its first begin with `indent`. */
export function flowValue(value: Json, style: FlowStyle, indent: string): string {
  if (typeof value === 'string') return text(value, style);
  if (!isNested(value)) return isObject(value) ? '{}' : JSON.stringify(value);
  const inside = indent + (style.unit ?? '');
  const items = isObject(value)
    ? membersOf(value).map(([key, member]) => flowMember(key, member, style, inside))
    : value.map((item) => flowValue(item, style, inside));
  return isObject(value)
    ? `{${flowInside(items, style, style.bracePad, indent)}}`
    : `[${flowInside(items, style, style.bracketPad, indent)}]`;
}

/** What stands between the brackets of a collection of these items. */
export function flowInside(
  items: readonly string[],
  style: FlowStyle,
  pad: string,
  indent: string,
): string {
  if (style.unit === undefined) return pad + items.join(style.comma) + pad;
  const start = style.lineBreak + indent;
  return `${items.map((item) => start + style.unit + item).join(',')}${start}`;
}
