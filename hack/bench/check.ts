/**
 * Fails if podherald has become slower than ratios.json says, which is committed with the change that explains it.
 * All values are ratios of two measurements of one run, so that they hold on any machine.
 * Usage: check.ts. Takes two minutes.
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FreshResult } from './fresh.ts';
import { usPerContainer } from './growth.ts';
import { endChildren, LOAD_CORE, runForJson } from './processes.ts';
import type { Result } from './report.ts';

/** Two runs of the same code differ by up to a third on a machine with neighbours. */
const ROOM = 1.5;

const BENCH = fileURLToPath(new URL('./bench.ts', import.meta.url));
const committed: Record<string, number> = JSON.parse(
  readFileSync(new URL('./ratios.json', import.meta.url), 'utf8'),
);

async function measure(): Promise<Record<string, number>> {
  const full = await runForJson<Result>(LOAD_CORE, [
    BENCH,
    '--rotation',
    '--rounds=2',
    '--node-flag=--max-semi-space-size=1',
    '--json',
  ]);
  const fresh = await runForJson<FreshResult>(LOAD_CORE, [
    BENCH,
    '--fresh',
    '--rounds=2',
    '--json',
  ]);
  const { bare, podherald } = fresh;
  if (bare === undefined || podherald === undefined) throw new Error('a server was not measured');
  return {
    'CPU at full load, podherald ÷ bare': 1 / full.comparison.cpuRatio,
    'CPU at 100 reviews/s from the start, podherald ÷ bare':
      podherald['CPU ms/review'] / bare['CPU ms/review'],
    'memory at 100 reviews/s, podherald ÷ bare': podherald['loaded MiB'] / bare['loaded MiB'],
    'mutate() per container, 300 ÷ 30 containers': usPerContainer(300) / usPerContainer(30),
  };
}

/** Prints the measurements. Returns those that are missing or above what is committed. */
function report(measured: Record<string, number>): string[] {
  const missed: string[] = [];
  for (const [name, expected] of Object.entries(committed)) {
    const value = measured[name] ?? Number.POSITIVE_INFINITY;
    const limit = expected * ROOM;
    console.log(
      `${name}: ${value.toFixed(2)} (committed ${expected}, at most ${limit.toFixed(2)})`,
    );
    if (value > limit) missed.push(name);
  }
  return missed;
}

process.once('exit', endChildren);
let missed = report(await measure());
if (missed.length > 0) {
  console.log('measuring again, because another process may have disturbed it');
  missed = report(await measure());
}
for (const name of missed) console.error(`bench: slower than committed: ${name}`);
if (missed.length > 0) {
  console.error('bench: find out why with npm run bench, or commit the new ratio with its reason');
}
process.exitCode = missed.length === 0 ? 0 : 1;
