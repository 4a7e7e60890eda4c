import { CommanderError } from 'commander';
import { vi } from 'vitest';
import type { Output } from '../../src/cli/output.ts';
import { createProgram } from '../../src/cli/program.ts';
import { AppError, ERROR_EXITS } from '../../src/errors.ts';
import type { Ended } from './run-program.ts';

/**
 * Runs a command in this process, which takes a hundredth of the time of one of its own.
 *
 * @param terminal what is otherwise than where no terminal is.
 */
export async function runCommand(
  args: readonly string[],
  kubeconfig: string,
  terminal: Partial<Pick<Output, 'colour' | 'progress'>> = {},
): Promise<Ended> {
  vi.stubEnv('KUBECONFIG', kubeconfig);
  const written = { stdout: '', stderr: '' };
  const output = {
    out: (text: string) => {
      written.stdout += text;
    },
    note: (text: string) => {
      written.stderr += text;
    },
    colour: false,
    ...terminal,
  };
  try {
    await createProgram(output).parseAsync(['node', 'podherald', ...args]);
    return { code: 0, ...written };
  } catch (error) {
    if (error instanceof CommanderError) return { code: error.exitCode, ...written };
    if (!(error instanceof AppError)) throw error;
    const stderr = `${written.stderr}podherald: ${error.message}\n`;
    return { code: ERROR_EXITS[error.code], stdout: written.stdout, stderr };
  } finally {
    vi.unstubAllEnvs();
  }
}
