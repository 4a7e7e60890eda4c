import type { ConfigFault } from './parse.ts';

/** `file:line:column: path: sentence`, which editors and terminals make a link of. */
export function faultLine(file: string, { line, column, path, message }: ConfigFault): string {
  const at = `${file}:${line}:${column}`;
  return path === '' ? `${at}: ${message}` : `${at}: ${path}: ${message}`;
}
