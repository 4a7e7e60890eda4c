import { readFileSync } from 'node:fs';

/** package.json lies one folder above both src and dist. */
const manifest: { version: string; engines: { node: string } } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

export const VERSION = manifest.version;

/** The oldest Node.js that podherald and its dependencies run on, from `engines`: `22.19.0`. */
const OLDEST_NODE = manifest.engines.node.replace('>=', '');

/**
 * Checks a version of Node.js. This module imports nothing that an old version lacks.
 *
 * @param version such as `22.19.0`.
 * @returns a sentence if podherald does not run on it.
 */
export function unsupportedNode(version: string): string | undefined {
  if (isAtLeast(version, OLDEST_NODE)) return undefined;
  return `Node.js ${version} is too old: install Node.js ${OLDEST_NODE} or newer`;
}

function isAtLeast(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
