import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Ended } from './kubectl.ts';
import { configText } from './podherald.ts';

const PROGRAM = process.env['PODHERALD_E2E_PROGRAM'] ?? 'src/main.ts';

/** Runs a command of the program under test to its end, as whom KUBECONFIG names. */
export async function command(args: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: 'pipe' });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([buffer(child.stdout), buffer(child.stderr)]);
  return { code: (await ended) ?? 1, stdout: String(stdout), stderr: String(stderr) };
}

/** The same by a config without anything in it, whatever the cluster has installed. */
export async function commandByDefaults(args: readonly string[], input = ''): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), 'podherald-e2e-'));
  const file = join(folder, 'config.yaml');
  await writeFile(file, configText({}));
  try {
    return await command([...args, '--config', file], input);
  } finally {
    await rm(folder, { recursive: true });
  }
}
