#!/usr/bin/env node
import { unsupportedNode } from './version.ts';

const problem = unsupportedNode(process.versions.node);
if (problem === undefined) {
  // Imported only now: on an older Node.js, the libraries would crash before the message.
  const { processOutput } = await import('./cli/output.ts');
  const { runCli } = await import('./cli/program.ts');
  process.exitCode = await runCli(process.argv.slice(2), processOutput());
} else {
  process.stderr.write(`podherald: ${problem}\n`);
  process.exitCode = 1;
}
