// Writes deploy/, the manifests that `podherald manifests` renders. A unit test fails if deploy/ is
// out of date.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { deployFolder } from '../src/render/install/deploy-folder.ts';
import { VERSION } from '../src/version.ts';

const FOLDER = new URL('../deploy/', import.meta.url);

// The other folders of deploy/ have other sources.
for (const folder of ['base', 'overlays', 'components']) {
  rmSync(new URL(folder, FOLDER), { recursive: true, force: true });
}
for (const [path, text] of deployFolder(VERSION)) {
  const file = new URL(path, FOLDER);
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, text);
  console.log(`wrote deploy/${path}`);
}
