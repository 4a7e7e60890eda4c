/** Attacks podherald with hostile clients while a probe sends reviews: see HELP. */

import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { endChildren, pinSelf } from '../bench/processes.ts';
import { readReview } from '../bench/review.ts';
import { makeWorkspace } from '../bench/servers.ts';
import { ATTACKS, type AttackName, isAttack } from './attacks.ts';
import { type Row, readManifest, runRow } from './row.ts';
import { isPassed, render } from './table.ts';

const NAMES = Object.keys(ATTACKS) as AttackName[];
const WIDTH = Math.max(...NAMES.map((name) => name.length));

const HELP = `Usage: npm run siege -- [options]

Starts podherald on 127.0.0.1 with the memory of the manifests, and attacks it with hostile clients,
one row after the other, each with a new process. Meanwhile a probe sends a real review every 50 ms
over a kept-alive connection, and every 500 ms over a new one. Prints a Markdown table: lost reviews, late
ones (more than 1 s), the memory, and the time until everything is normal and until SIGTERM has ended
the process. Exits with 1 if a row failed. Needs Linux, and about 30 s for each row.

  --seconds N   seconds of attack in each row (default: 15)
  --only NAME   run only this row; may be repeated
  --help        print this help

Rows:
${NAMES.map((name) => `  ${name.padEnd(WIDTH)}  ${ATTACKS[name].what}`).join('\n')}
`;

const MAX_SECONDS = 120;

async function main(names: readonly AttackName[], seconds: number): Promise<number> {
  if (process.platform !== 'linux') throw new Error('the siege reads /proc and needs Linux');
  pinSelf();
  const review = readReview(undefined);
  const manifest = readManifest();
  const space = await makeWorkspace();
  process.once('exit', () => rmSync(space.folder, { recursive: true, force: true }));
  const rows: Row[] = [];
  for (const name of names) {
    process.stderr.write(`${name} … `);
    const row = await runRow(name, seconds, manifest, space, review);
    process.stderr.write(isPassed(row, manifest) ? 'passed\n' : 'FAILED\n');
    rows.push(row);
  }
  console.log(render(rows, manifest, seconds));
  return rows.every((row) => isPassed(row, manifest)) ? 0 : 1;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_SECONDS) return seconds;
  throw new Error(`--seconds: expected a whole number from 1 to ${MAX_SECONDS}, got "${text}"`);
}

function parseNames(names: readonly string[]): AttackName[] {
  return names.map((name) => {
    if (isAttack(name)) return name;
    throw new Error(`--only: expected one of ${NAMES.join(', ')}, got "${name}"`);
  });
}

process.once('exit', endChildren);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '15' },
      only: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) process.stdout.write(HELP);
  else {
    const only = parseNames(values.only);
    process.exitCode = await main(only.length > 0 ? only : NAMES, parseSeconds(values.seconds));
  }
} catch (error) {
  console.error(`siege: ${(error as Error).message}`);
  process.exitCode = 1;
}
// The probe of a row that failed with an error would go on.
process.exit();
