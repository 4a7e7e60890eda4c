import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { demoSvg } from '../hack/demo/demo.ts';

it('docs/demo.svg is up to date (to update it, run npm run demo)', () => {
  const file = new URL('../docs/demo.svg', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(demoSvg());
});
