import { isObject, type Json } from '../../api/json.ts';

const WIDTH = 96;

/**
 * A JSON value as an expression of the Common Expression Language. Every value inside of a list or
 * map stands in dyn(), because CEL wants all values of a literal to be of one type.
 *
 * @param expressions what stands in the place of some texts: for what is not known beforehand.
 * @param column where the text begins, so that a value too long for its line is laid out.
 */
export function celLiteral(value: Json, expressions: Expressions = {}, column = 0): string {
  const line = inLine(value, expressions);
  if (column + line.length <= WIDTH || typeof value !== 'object' || value === null) return line;
  const indent = ' '.repeat(column + 2);
  const members = membersOf(value).map(([key, member]) => {
    const name = key === undefined ? '' : `${celString(key)}: `;
    return `${indent}${name}dyn(${celLiteral(member, expressions, column + 2)})`;
  });
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${members.join(',\n')}\n${' '.repeat(column)}${close}`;
}

export type Expressions = Readonly<Record<string, string>>;

function inLine(value: Json, expressions: Expressions): string {
  if (typeof value === 'string') {
    return Object.hasOwn(expressions, value) ? String(expressions[value]) : celString(value);
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const members = membersOf(value).map(([key, member]) => {
    const name = key === undefined ? '' : `${celString(key)}: `;
    return `${name}dyn(${inLine(member, expressions)})`;
  });
  return Array.isArray(value) ? `[${members.join(', ')}]` : `{${members.join(', ')}}`;
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
 * A text in single quotes that is ASCII throughout, whatever it says: so it also stands in a YAML
 * block as it is. A lone surrogate, which is no text, becomes U+FFFD, as on its way to any API server.
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

/** A list of texts, all on one line. */
export function celStrings(texts: Iterable<string>): string {
  return `[${[...texts].map(celString).join(', ')}]`;
}
