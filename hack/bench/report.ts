import { styleText } from 'node:util';
import type { Review } from './review.ts';
import type { Evidence } from './servers.ts';
import type { StepTimes } from './steps.ts';
import { type Comparison, type Figures, percent, type Target } from './summary.ts';

/** The result of a run. */
export type Result = {
  readonly review: Omit<Review, 'body'> & { readonly bytes: number };
  readonly slices: { seconds: number; rounds: number; connections: number; pinned: boolean };
  readonly names: readonly [string, string];
  readonly comparison: Comparison;
  readonly evidence?: Evidence;
  readonly steps?: StepTimes;
  readonly warnings: readonly string[];
  readonly targets: readonly Target[];
};

const COLUMNS: readonly (readonly [string, (figures: Figures) => string])[] = [
  ['requests/s', (f) => f.requestsPerSecond.toFixed(0)],
  ['p50 ms', (f) => f.p50Ms.toFixed(2)],
  ['p99 ms', (f) => f.p99Ms.toFixed(2)],
  ['CPU ms/1000 requests', (f) => f.cpuMsPer1000.toFixed(1)],
  ['RSS MiB', (f) => f.rssMiB.toFixed(0)],
  ['server CPU', (f) => percent(f.cpuShare)],
  ['load CPU', (f) => percent(f.loadCpuShare)],
];

/** Returns the result as text for a terminal, or without colours for a file or pipe. */
export function render(result: Result): string {
  return [
    conditions(result),
    '',
    ...comparisonTable(result),
    '',
    ...ratios(result.comparison),
    ...evidenceLine(result.evidence),
    ...stepTable(result.steps),
    '',
    ...result.warnings.map((warning) => colour('yellow', `warning: ${warning}`)),
    ...result.targets.map(targetLine),
  ].join('\n');
}

function conditions({ review, slices }: Result): string {
  const cores = slices.pinned
    ? 'servers on core 0, load on core 1'
    : 'no fixed cores (taskset is not installed)';
  const load = `${slices.rounds} × ${slices.seconds} s per server, ${slices.connections} connections`;
  return `${review.name} (${review.bytes} bytes); ${load}; ${cores}`;
}

function comparisonTable({ names, comparison }: Result): string[] {
  const servers = [comparison.bare, comparison.podherald];
  const rows = servers.map((server, at) => [
    names[at] ?? '',
    ...COLUMNS.map(([, cell]) => cell(server)),
  ]);
  return align([['medians', ...COLUMNS.map(([title]) => title)], ...rows]);
}

function ratios({ ratio, cpuRatio, pairs }: Comparison): string[] {
  const each = (key: 'ratio' | 'cpuRatio') =>
    pairs.map((pair) => `${pair[key].toFixed(2)}${pair.quiet ? '' : '*'}`).join(' ');
  const lines = [
    `ratio of requests/s            ${ratio?.toFixed(3) ?? 'none '}  (rounds: ${each('ratio')})`,
    `ratio of requests/CPU second   ${cpuRatio.toFixed(3)}  (rounds: ${each('cpuRatio')})`,
  ];
  return pairs.every(({ quiet }) => quiet) ? lines : [...lines, '* disturbed by other processes'];
}

function evidenceLine(evidence: Evidence | undefined): string[] {
  if (evidence === undefined) return [];
  const { sent, counted, logLines } = evidence;
  return [
    `reviews sent to podherald: ${sent}; in its metrics: ${counted}; lines in its log: ${logLines}`,
  ];
}

function stepTable(steps: StepTimes | undefined): string[] {
  if (steps === undefined) return [];
  const rows = Object.entries(steps).map(([step, { medianUs, meanUs }]) => [
    step,
    medianUs.toFixed(1),
    meanUs.toFixed(1),
  ]);
  return ['', ...align([['step of a review', 'median µs', 'mean µs'], ...rows])];
}

/** Formats a table whose first row is the heading: first column left-aligned, the others right. */
function align(rows: readonly (readonly string[])[]): string[] {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
  const [title = '', ...lines] = rows.map((row) => row.map(pad).join('  '));
  return [colour('bold', title), ...lines];
}

function targetLine({ text, met }: Target): string {
  return colour(met ? 'green' : 'red', `${text}: ${met ? 'met' : 'missed'}`);
}

function colour(style: 'bold' | 'green' | 'red' | 'yellow', text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
