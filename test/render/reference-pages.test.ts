import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { REFERENCE_PAGES } from '../../src/render/reference-pages.ts';

const FOLDER = new URL('../../docs/reference/', import.meta.url);

it.each(Object.entries(REFERENCE_PAGES))(
  'docs/reference/%s is what its declarations say (npm run docs writes it)',
  (file, page) => {
    expect(readFileSync(new URL(file, FOLDER), 'utf8')).toBe(page());
  },
);

it('no reference page is written by hand', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(REFERENCE_PAGES).sort());
});
