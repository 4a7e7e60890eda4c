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
