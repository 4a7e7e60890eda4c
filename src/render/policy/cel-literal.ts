import { isObject, type Json } from '../../core/api/json.ts';

const WIDTH = 110;

/**
 * A JSON value as an expression of the Common Expression Language. CEL wants all values of a list
 * or map to be of one type, so unless all are texts, each stands in dyn().
 *
 * @param expressions what stands in the place of some texts, or of parts of texts, such as `<name>`: for
 *   what is not known beforehand. These marks are of letters, - and angle brackets.
 *   A key that begins with ? is there only if its expression, an optional one, has a value. That
 *   never stands in dyn(): cel-go 0.29 panics at it (homogeneousAggregateLiteralValidator).
 * @param column where the text begins, so that a value too long for its line is laid out.
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
