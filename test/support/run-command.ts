import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { vi } from 'vitest';
import type { Output } from '../../src/cli/output.ts';
import { runCli } from '../../src/cli/program.ts';

/** How a command ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of a user who has no cluster and no config, whoever runs the tests. */
export const BARE_ENVIRONMENT = {
  KUBECONFIG: undefined,
  PODHERALD_CONFIG: undefined,
  KUBERNETES_SERVICE_HOST: undefined,
  HOME: tmpdir(),
} as const;

/**
 * Runs a command in this process, which takes a hundredth of the time of a process of its own.
 * It reads and changes `process.stdin` and `process.env`, so one test may run one command at a
 * time. `run-program.ts` has what only a real process shows: exit codes, signals, pipes.
 *
 * @param env variables to set on top of the bare environment.
 * @param calledAs the file name of the program.
 * @param terminal how the output differs from one that is not a terminal.
 */
export async function podherald(
  args: readonly string[],
  stdin = '',
  env: Readonly<Record<string, string>> = {},
  terminal: Partial<Pick<Output, 'colour' | 'progress'>> = {},
  calledAs?: string,
): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  const output: Output = {
    out: (text) => {
      stdout += text;
    },
    note: (text) => {
      stderr += text;
    },
    colour: false,
    ...terminal,
  };
  const input = Readable.from([Buffer.from(stdin)]) as unknown as typeof process.stdin;
  const replaced = vi.spyOn(process, 'stdin', 'get').mockReturnValue(input);
  for (const [name, value] of Object.entries({ ...BARE_ENVIRONMENT, ...env })) {
    vi.stubEnv(name, value);
  }
  try {
    const code = await runCli(args, output, calledAs);
    return { code, stdout, stderr };
  } finally {
    replaced.mockRestore();
    vi.unstubAllEnvs();
  }
}

/** Runs a command against the cluster of a kubeconfig file. */
export function runCommand(
  args: readonly string[],
  kubeconfig: string,
  terminal: Partial<Pick<Output, 'colour' | 'progress'>> = {},
): Promise<Ended> {
  return podherald(args, '', { KUBECONFIG: kubeconfig }, terminal);
}
