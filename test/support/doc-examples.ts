import { readFileSync } from 'node:fs';

/** An example of a page. */
export interface DocExample {
  readonly code: string;
  /** What the page says that the example prints; undefined if it does not say. */
  readonly output: string | undefined;
}

/** The TypeScript examples of a page, and the output after `This prints:`. */
export function docExamples(page: string): DocExample[] {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
  const example = /^```ts\n(.*?)^```\n(?:\nThis prints:\n\n```text\n(.*?)^```)?/gms;
  return [...text.matchAll(example)].map(([, code = '', output]) => ({ code, output }));
}
