import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { CommandResult } from './kubectl.ts';
import { configText } from './podherald.ts';

/** The podherald program to test. Set the variable to `dist/main.js` to test the npm package. */
export const PROGRAM = process.env['PODHERALD_E2E_PROGRAM'] ?? 'src/main.ts';

/** Runs a command of podherald, with the credentials of KUBECONFIG, and returns its result. */
export async function runPodherald(args: readonly string[], input = ''): Promise<CommandResult> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: 'pipe' });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([buffer(child.stdout), buffer(child.stderr)]);
  return { code: (await exited) ?? 1, stdout: String(stdout), stderr: String(stderr) };
}

/** Runs a command with an empty config, whatever config is installed in the cluster. */
export async function runWithEmptyConfig(
  args: readonly string[],
  input = '',
): Promise<CommandResult> {
  const folder = await mkdtemp(join(tmpdir(), 'podherald-e2e-'));
  const file = join(folder, 'config.yaml');
  await writeFile(file, configText({}));
  try {
    return await runPodherald([...args, '--config', file], input);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs a command of podherald and returns what it printed. Throws its error message if it fails. */
export async function podheraldOutput(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runPodherald(args);
  if (code !== 0) throw new Error(`podherald ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}
