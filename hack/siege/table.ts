import { cpus, totalmem } from 'node:os';
import { canPin } from '../bench/processes.ts';
import { ATTACKS, type Tally } from './attacks.ts';
import {
  heapMiB,
  type Manifest,
  NORMAL_MEMORY_MIB,
  RECOVERY_LIMIT_SECONDS,
  type Row,
} from './row.ts';

type Cell = { readonly text: string; readonly isFailed?: boolean };

const COLUMNS: readonly (readonly [string, (row: Row, manifest: Manifest) => Cell])[] = [
  ['clients', ({ name }) => ({ text: ATTACKS[name].what })],
  ['lost', ({ kept }) => ({ text: `${kept.lost} of ${kept.sent}`, isFailed: kept.lost > 0 })],
  [
    'lost, new connections',
    ({ fresh }) => ({ text: `${fresh.lost} of ${fresh.sent}`, isFailed: fresh.lost > 0 }),
  ],
  [
    'late',
    ({ kept, fresh }) => {
      const late = kept.late + fresh.late;
      return { text: String(late), isFailed: late > 0 };
    },
  ],
  ['p99 ms', ({ attacked }) => ({ text: attacked.p99Ms.toFixed(0) })],
  [
    'memory MiB',
    ({ peakMiB, startMiB }, { memoryMiB }) => ({
      text: `${startMiB.toFixed(0)} → ${peakMiB.toFixed(0)}`,
      isFailed: peakMiB >= memoryMiB,
    }),
  ],
  ['latency normal', (row) => after(row, row.latencyNormalAfterSeconds)],
  // V8 may keep memory for later: that is no failure.
  ['memory normal', (row) => ({ ...after(row, row.memoryNormalAfterSeconds), isFailed: false })],
  [
    'exit',
    ({ exitSeconds, died }) => {
      if (died !== undefined) return { text: died, isFailed: true };
      if (exitSeconds === undefined) return { text: 'killed', isFailed: true };
      return { text: `${exitSeconds.toFixed(1)} s` };
    },
  ],
  ['what the clients got', ({ tally }) => ({ text: tally ? outcome(tally) : '' })],
];

function after({ name }: Row, seconds: number | undefined): Cell {
  if (name === 'sigterm') return { text: '–' };
  if (seconds === undefined) return { text: 'no', isFailed: true };
  return { text: `${seconds.toFixed(1)} s` };
}

function outcome({ opened, ended, refused, statuses }: Tally): string {
  if (opened + refused === 0) return '';
  return [
    `${opened} connections`,
    ...(ended > 0 ? [`${ended} ended`] : []),
    ...(refused > 0 ? [`${refused} not accepted`] : []),
    ...Object.entries(statuses).map(([status, count]) => `${count} × ${status}`),
  ].join(', ');
}

/** Whether podherald kept its promises in this row. */
export function isPassed(row: Row, manifest: Manifest): boolean {
  return COLUMNS.every(([, cell]) => cell(row, manifest).isFailed !== true);
}

/** A Markdown table that is also readable in a terminal, with the conditions before it. */
export function render(rows: readonly Row[], manifest: Manifest, seconds: number): string {
  const cells = rows.map((row) =>
    COLUMNS.map(([, cell]) => {
      const { text, isFailed } = cell(row, manifest);
      return isFailed === true ? `**${text}**` : text;
    }),
  );
  return [
    conditions(manifest, seconds),
    '',
    ...align([COLUMNS.map(([title]) => title), ...cells]),
    '',
    ...rows.flatMap(notes),
  ].join('\n');
}

function conditions(manifest: Manifest, seconds: number): string {
  const [cpu] = cpus();
  const cores = canPin
    ? 'podherald on core 0, the clients and the probe on core 1'
    : 'no fixed cores';
  return [
    `Node.js ${process.version}, ${cpus().length} × ${cpu?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB; ${cores}.`,
    `${seconds} s per row; heap ${heapMiB(manifest)} MiB, memory limit ${manifest.memoryMiB} MiB, grace period ${manifest.graceSeconds} s.`,
    `Normal is at most ${NORMAL_MEMORY_MIB} MiB more than before, and reviews as fast as before; \`no\` is not within ${RECOVERY_LIMIT_SECONDS} s. Bold is a failure.`,
  ].join('\n');
}

/** From here on, reviews may be late because of other processes on the machine. */
const BUSY_DELAY_MS = 200;
const BUSY_SHARE = 0.1;

/** Why reviews were lost, and whether to distrust the latencies. */
function notes({ name, kept, fresh, ownDelayMs, waitShare }: Row): string[] {
  const causes = [...new Set([...kept.causes, ...fresh.causes])];
  return [
    ...(causes.length > 0 ? [`${name}: lost because of: ${causes.join('; ')}`] : []),
    ...(ownDelayMs > BUSY_DELAY_MS || waitShare > BUSY_SHARE
      ? [
          `${name}: other processes use the cores: podherald waited ${(100 * waitShare).toFixed(0)} % of the time, and the probe was up to ${ownDelayMs.toFixed(0)} ms late`,
        ]
      : []),
  ];
}

function align(rows: readonly (readonly string[])[]): string[] {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [title = '', ...others] = rows.map(line);
  return [title, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...others];
}
