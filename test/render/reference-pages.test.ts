import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cliPage } from '../../src/cli/cli-page.ts';
import { REFERENCE_PAGES } from '../../src/render/reference-pages.ts';

const FOLDER = new URL('../../docs/reference/', import.meta.url);

const PAGES = { ...REFERENCE_PAGES, 'cli.md': cliPage };

it.each(Object.entries(PAGES))(
  'docs/reference/%s is up to date (to update it, run npm run docs)',
  async (file, page) => {
    expect(readFileSync(new URL(file, FOLDER), 'utf8')).toBe(await page());
  },
);

/** `npm run deploy` generates it, from the values of the Helm chart. */
const VALUES_PAGE = 'helm-values.md';

it('docs/reference contains only generated pages', () => {
  expect(readdirSync(FOLDER).sort()).toEqual([...Object.keys(PAGES), VALUES_PAGE].sort());
});
