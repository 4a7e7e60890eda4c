/** Builds the playground into site/dist/playground, which `podherald serve --standalone` serves. */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const OUT = here('../dist/playground');

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
await build({
  entryPoints: [here('./main.ts')],
  outdir: OUT,
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  target: 'es2024',
  nodePaths: [here('../node_modules'), here('../../node_modules')],
});
for (const file of ['index.html', 'style.css']) cpSync(here(file), `${OUT}/${file}`);
