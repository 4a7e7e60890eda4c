import { isObject, type Json } from '../../core/api/json.ts';
import { isNested, membersOf } from './render-block.ts';
import { flowStringText, quotedText } from './render-scalar.ts';

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
