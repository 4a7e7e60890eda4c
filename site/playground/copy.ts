/** Puts the playground into the site, after `npm run playground`. */
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

cpSync(here('../dist/playground'), here('../dist/site/playground'), { recursive: true });
