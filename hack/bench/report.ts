import { styleText } from 'node:util';
import type { Evidence } from './evidence.ts';
import type { MutateTimes } from './mutate.ts';
import type { Review } from './review.ts';
import { type Aim, type Comparison, type Figures, percent } from './summary.ts';

/** All that one run found out. */
export type Result = {
  readonly review: Omit<Review, 'body'> & { readonly bytes: number };
  readonly slices: { seconds: number; rounds: number; connections: number; pinned: boolean };
  readonly names: readonly [string, string];
  readonly comparison: Comparison;
  readonly evidence?: Evidence;
  readonly mutate?: MutateTimes;
  readonly warnings: readonly string[];
  readonly aims: readonly Aim[];
};

const COLUMNS: readonly (readonly [string, (figures: Figures) => string])[] = [
  ['requests/s', (f) => f.requestsPerSecond.toFixed(0)],
  ['p50 ms', (f) => f.p50Ms.toFixed(2)],
  ['p99 ms', (f) => f.p99Ms.toFixed(2)],
  ['CPU ms/1000', (f) => f.cpuMsPer1000.toFixed(1)],
  ['RSS MiB', (f) => f.rssMiB.toFixed(0)],
  ['CPU', (f) => percent(f.cpuShare)],
  ['load CPU', (f) => percent(f.loadCpuShare)],
];

/** Aligned everywhere; coloured only where someone is looking. */
export function render(result: Result): string {
  return [
    conditions(result),
    '',
    ...comparisonTable(result),
    '',
    ...ratios(result.comparison),
    ...proof(result.evidence),
    ...mutateTable(result.mutate),
    '',
    ...result.warnings.map((warning) => colour('yellow', `warning: ${warning}`)),
    ...result.aims.map(verdict),
  ].join('\n');
}

function conditions({ review, slices }: Result): string {
  const pinned = slices.pinned ? 'servers on core 0, load on core 1' : 'nothing pinned to a core';
  const load = `${slices.rounds} slices of ${slices.seconds} s each, ${slices.connections} connections`;
  return `${review.name}, ${review.bytes} bytes; ${load}; ${pinned}`;
}

function comparisonTable({ names, comparison }: Result): string[] {
  const servers = [comparison.bare, comparison.podherald];
  const rows = servers.map((server, at) => [
    names[at] ?? '',
    ...COLUMNS.map(([, cell]) => cell(server)),
  ]);
  return align([['median', ...COLUMNS.map(([title]) => title)], ...rows]);
}

function ratios({ ratio, cpuRatio, pairs }: Comparison): string[] {
  const each = (key: 'ratio' | 'cpuRatio') =>
    pairs.map((pair) => `${pair[key].toFixed(2)}${pair.quiet ? '' : '*'}`).join(' ');
  const lines = [
    `ratio of requests/s  ${ratio?.toFixed(3) ?? 'none'}  (rounds: ${each('ratio')})`,
    `ratio by CPU time    ${cpuRatio.toFixed(3)}  (rounds: ${each('cpuRatio')})`,
  ];
  return pairs.every(({ quiet }) => quiet) ? lines : [...lines, '* disturbed'];
}

function proof(evidence: Evidence | undefined): string[] {
  if (evidence === undefined) return [];
  const { sent, counted, logLines } = evidence;
  return [`reviews sent ${sent}, in podherald's metrics ${counted}, lines in its log ${logLines}`];
}

function mutateTable(mutate: MutateTimes | undefined): string[] {
  if (mutate === undefined) return [];
  const rows = Object.entries(mutate).map(([step, { medianUs, meanUs }]) => [
    step,
    medianUs.toFixed(1),
    meanUs.toFixed(1),
  ]);
  return ['', ...align([['alone, one thread', 'median µs', 'mean µs'], ...rows])];
}

/** The first column to the left, figures to the right. */
function align(rows: readonly (readonly string[])[]): string[] {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
  const [title = '', ...lines] = rows.map((row) => row.map(pad).join('  '));
  return [colour('bold', title), ...lines];
}

function verdict({ text, met }: Aim): string {
  return colour(met ? 'green' : 'red', `${text}: ${met ? 'met' : 'missed'}`);
}

function colour(style: 'bold' | 'green' | 'red' | 'yellow', text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
