import { readFileSync } from 'node:fs';

/** package.json lies one folder above both src and dist. */
const manifest: { version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

export const VERSION = manifest.version;
