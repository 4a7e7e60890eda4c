import type { Json } from '../../../src/core/api/json.ts';
import type { Splice } from '../../../src/manifests/splice/refusal.ts';
import { splice } from '../../../src/manifests/splice/splice.ts';

/** Removes the indentation of the first line from all lines of a template. */
export function dedent(strings: TemplateStringsArray): string {
  const [, ...lines] = (strings.raw[0] ?? '').split('\n');
  const columns = lines[0]?.search(/\S/) ?? 0;
  return lines.map((line) => line.slice(columns)).join('\n');
}

/** Returns the result of splice for additions given as path and value. */
export function answer(text: string, additions: readonly (readonly [string, Json])[]): Splice {
  return splice(
    text,
    additions.map(([path, value]) => ({ op: 'add', path, value })),
  );
}

/** Returns the text with the additions, or the refusal. */
export function spliced(text: string, ...additions: readonly (readonly [string, Json])[]): string {
  const result = answer(text, additions);
  return result.ok ? result.text : `refused: ${result.message}`;
}
