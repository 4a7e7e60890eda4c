#!/usr/bin/env node
import { CommanderError } from 'commander';
import { processOutput } from './cli/output.ts';
import { createProgram } from './cli/program.ts';
import { AppError, ERROR_EXITS } from './errors.ts';

const output = processOutput();

/** @returns the exit code: 0 done, 1 failed, 2 wrong usage. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    await createProgram(output).parseAsync(argv);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : ERROR_EXITS.usage;
    if (error instanceof AppError) {
      output.note(`podherald: ${error.message}\n`);
      return ERROR_EXITS[error.code];
    }
    output.note(`podherald failed, and this is its own fault: ${(error as Error).stack}\n`);
    return ERROR_EXITS.internal;
  }
}

process.exitCode = await main(process.argv);
