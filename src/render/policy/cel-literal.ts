import { isObject, type Json } from '../../core/api/json.ts';

const WIDTH = 110;

/**
 * Renders a JSON value as a CEL expression. CEL requires all values of a list or map to have the same
 * type, so each value is wrapped in dyn() unless all of them are strings.
 *
 * @param expressions CEL for each placeholder such as `<name>`, which replaces the whole string or a part
 *   of it. Placeholders consist of letters, - and angle brackets.
 *   The value of a key with the prefix ? is an optional; the key is omitted if the optional is empty. It
 *   is never wrapped in dyn(): cel-go 0.29 panics (homogeneousAggregateLiteralValidator).
 * @param column the column where the text begins. A value that is too long for its line is split.
 */
export function celLiteral(value: Json, expressions: Expressions = {}, column = 0): string {
  const line = literal(value, expressions, 0, (members) => members.join(', '));
  if (column + line.length <= WIDTH) return line;
  const [indent, end] = [' '.repeat(column + 2), ' '.repeat(column)];
  return literal(
    value,
    expressions,
    column + 2,
    (members) => `\n${members.map((member) => indent + member).join(',\n')}\n${end}`,
  );
}

/** CEL by placeholder. */
export type Expressions = Readonly<Record<string, string>>;

function literal(
  value: Json,
  expressions: Expressions,
  column: number,
  join: (members: readonly string[]) => string,
): string {
  if (typeof value === 'string') return celText(value, expressions);
  if (typeof value !== 'object' || value === null) return String(value);
  const members = membersOf(value);
  const isText = members.every(
    ([key, member]) =>
      isOptional(key) || (typeof member === 'string' && expressions[member] === undefined),
  );
  const texts = members.map(([key, member]) => {
    const name = key === undefined ? '' : `${celKey(key)}: `;
    const text = celLiteral(member, expressions, column);
    return name + (isText || isOptional(key) ? text : `dyn(${text})`);
  });
  if (texts.length === 0) return Array.isArray(value) ? '[]' : '{}';
  return Array.isArray(value) ? `[${join(texts)}]` : `{${join(texts)}}`;
}

function isOptional(key: string | undefined): boolean {
  return key?.startsWith('?') === true;
}

function celKey(key: string): string {
  return isOptional(key) ? `?${celString(key.slice(1))}` : celString(key);
}

function celText(text: string, expressions: Expressions): string {
  const whole = expressions[text];
  if (whole !== undefined) return whole;
  const marks = Object.keys(expressions).join('|');
  const parts = marks === '' ? [text] : text.split(new RegExp(`(${marks})`)).filter(Boolean);
  if (!parts.some((part) => expressions[part] !== undefined)) return celString(text);
  return parts
    .map((part) =>
      expressions[part] === undefined ? celString(part) : `string(${expressions[part]})`,
    )
    .join(' + ');
}

function membersOf(value: object): readonly (readonly [key: string | undefined, member: Json])[] {
  if (Array.isArray(value)) return value.map((item: Json) => [undefined, item] as const);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    member === undefined ? [] : [[key, member] as const],
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/**
 * Renders a CEL string in single quotes and in ASCII, so that it needs no escaping in a YAML block. A
 * lone surrogate becomes U+FFFD, as it does in JSON that is sent to an API server.
 */
export function celString(text: string): string {
  const escaped = text
    .toWellFormed()
    .replaceAll(/[\\'\n\r\t]|[^\x20-\x7e]/gu, (one) => ESCAPES[one] ?? codePoint(one));
  return `'${escaped}'`;
}

function codePoint(character: string): string {
  const digits = (character.codePointAt(0) ?? 0).toString(16);
  return digits.length > 4 ? `\\U${digits.padStart(8, '0')}` : `\\u${digits.padStart(4, '0')}`;
}

/** Renders a list of CEL strings on one line. */
export function celStrings(texts: Iterable<string>): string {
  return `[${[...texts].map(celString).join(', ')}]`;
}
