import type { Json } from './json.ts';

/**
 * An `add` operation (RFC 6902 section 4.1), the only kind that podherald sends. In an array it
 * inserts before the index, and `-` appends. In an object it sets a member.
 */
export interface AddOperation {
  readonly op: 'add';
  /** A JSON Pointer (RFC 6901), such as `/spec/containers/0/env/0`. */
  readonly path: string;
  readonly value: Json;
}

/** Escapes one reference token of a JSON Pointer (RFC 6901 section 3). */
export function escapeToken(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The text of a reference token of a JSON Pointer (RFC 6901 section 4). */
export function unescapeToken(token: string): string {
  return token.includes('~') ? token.replaceAll('~1', '/').replaceAll('~0', '~') : token;
}

/** The reference tokens of a JSON Pointer, unescaped; an empty list for the whole document. */
export function pointerTokens(pointer: string): string[] {
  const [, ...tokens] = pointer.split('/');
  return pointer.includes('~') ? tokens.map(unescapeToken) : tokens;
}
