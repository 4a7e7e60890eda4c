import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The chart in this repository. */
export const CHART = 'deploy/helm/podherald';

export type Helm = 'helm3' | 'helm4';

/** The programs that hack/e2e builds. Building Helm 4 takes minutes, so only slow tests use it. */
export const HELMS: readonly Helm[] =
  process.env['PODHERALD_E2E_PROJECT'] === 'slow' ? ['helm3', 'helm4'] : ['helm3'];

const folder = process.env['PODHERALD_E2E_HELM'];

/** hack/e2e sets the variable if Go is installed. */
export const NO_HELM = folder === undefined;

/** Runs a Helm and returns what it printed. Throws its error message if it fails. */
export async function helm(program: Helm, args: readonly string[]): Promise<string> {
  const { stdout } = await run(`${folder}/${program}`, [...args], { maxBuffer: 2 ** 26 });
  return stdout;
}

/** The option that sets values. JSON is YAML, so it can be the text of a file of values. */
export function setJson(values: object): string[] {
  return Object.entries(values).flatMap(([name, value]) => [
    '--set-json',
    `${name}=${JSON.stringify(value)}`,
  ]);
}
