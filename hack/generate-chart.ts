// Writes the generated files of the Helm chart, and its table of values. A unit test fails if they are out of date.
import { mkdirSync, writeFileSync } from 'node:fs';
import { VERSION } from '../src/version.ts';
import { chartFiles, valuesPage } from './helm/chart.ts';

const FOLDER = new URL('../deploy/helm/podherald/', import.meta.url);

for (const [path, text] of chartFiles(VERSION)) {
  const file = new URL(path, FOLDER);
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, text);
  console.log(`wrote deploy/helm/podherald/${path}`);
}
writeFileSync(new URL('../docs/reference/helm-values.md', import.meta.url), valuesPage());
console.log('wrote docs/reference/helm-values.md');
