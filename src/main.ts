#!/usr/bin/env node
import { basename } from 'node:path';
import { unsupportedNode } from './version.ts';

const problem = unsupportedNode(process.versions.node);
if (problem === undefined) {
  // Imported only now: on an older Node.js, the libraries would crash before the message.
  const { processOutput } = await import('./cli/output.ts');
  const { runCli } = await import('./cli/program.ts');
  const [, program = '', ...args] = process.argv;
  process.exitCode = await runCli(args, processOutput(), basename(program));
} else {
  process.stderr.write(`podherald: ${problem}\n`);
  process.exitCode = 1;
}
