// Writes the missing golden files of the cases in test/cases. It never overwrites one: to update a
// golden file, delete it first. Read each file before you commit it, because the test takes it as
// the expected result.

import { existsSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import {
  CASES_FOLDER,
  injectOptions,
  manifestOf,
  mutateCase,
  outcomeOf,
  readCases,
} from '../test/support/cases.ts';
import { injectManifest } from '../test/support/manifests.ts';

for (const golden of readCases()) {
  const { name, podText, pod } = golden;
  const mutation = mutateCase(pod, golden);
  write(name, 'outcome.yaml', stringify(outcomeOf(pod, mutation), { lineWidth: 0 }));
  if (mutation.operations.length === 0) continue;
  write(name, 'patch.json', `${JSON.stringify(mutation.operations, null, 2)}\n`);
  const { text } = injectManifest(manifestOf(golden, podText), injectOptions(golden));
  write(name, 'injected.yaml', text.slice(manifestOf(golden, '').length));
}

function write(name: string, file: string, text: string): void {
  const path = new URL(`${name}/${file}`, CASES_FOLDER);
  if (existsSync(path)) return;
  writeFileSync(path, text);
  console.log(`wrote test/cases/${name}/${file}`);
}
