// Writes docs/reference from the declarations in src. A unit test fails if a page is out of date.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cliPage } from '../src/cli/cli-page.ts';
import { REFERENCE_PAGES } from '../src/render/reference-pages.ts';

const FOLDER = new URL('../docs/reference/', import.meta.url);

mkdirSync(FOLDER, { recursive: true });
for (const [file, page] of Object.entries({ ...REFERENCE_PAGES, 'cli.md': cliPage })) {
  writeFileSync(new URL(file, FOLDER), await page());
  console.log(`wrote docs/reference/${file}`);
}
