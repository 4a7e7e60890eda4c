import type { Evidence } from './evidence.ts';
import type { MutateTimes } from './mutate.ts';
import { BUSY, cpuShare, isQuiet, type Pair, type Sample } from './slices.ts';
import { median } from './statistics.ts';

/** The medians of one server's slices. */
export type Figures = {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMsPer1000: number;
  readonly rssMiB: number;
  /** The server's and the load's share of their core. */
  readonly cpuShare: number;
  readonly loadCpuShare: number;
};

export type Aim = { readonly text: string; readonly met: boolean };

/** Of all pairs of slices only the quiet ones count, if there are any. */
export type Comparison = {
  readonly bare: Figures;
  readonly podherald: Figures;
  readonly pairs: readonly PairRatio[];
  /** podherald's requests/s as a share of the bare server's; undefined if no pair was quiet. */
  readonly ratio: number | undefined;
  /** The same from CPU time, which says what the ratio would be with the core to itself. */
  readonly cpuRatio: number;
};

export type PairRatio = {
  readonly ratio: number;
  readonly cpuRatio: number;
  readonly quiet: boolean;
};

export const AIMS = { ratio: 0.7, mutateUs: 30 };

export function compare(all: readonly Pair[]): Comparison {
  const quiet = all.filter(isQuiet);
  const counted = quiet.length > 0 ? quiet : all;
  const ratios = counted.map(ratioOf);
  return {
    bare: figures(counted.map((pair) => pair.bare)),
    podherald: figures(counted.map((pair) => pair.podherald)),
    pairs: all.map(ratioOf),
    ratio: quiet.length > 0 ? median(ratios.map(({ ratio }) => ratio)) : undefined,
    cpuRatio: median(ratios.map(({ cpuRatio }) => cpuRatio)),
  };
}

function ratioOf(pair: Pair): PairRatio {
  const { bare, podherald } = pair;
  return {
    ratio: podherald.requestsPerSecond / bare.requestsPerSecond,
    cpuRatio: cpuPer1000(bare) / cpuPer1000(podherald),
    quiet: isQuiet(pair),
  };
}

function cpuPer1000({ serverCpuMs, reviews }: Sample): number {
  return (serverCpuMs / reviews) * 1000;
}

function figures(samples: readonly Sample[]): Figures {
  const of = (value: (sample: Sample) => number) => median(samples.map(value));
  return {
    requestsPerSecond: of((s) => s.requestsPerSecond),
    p50Ms: of((s) => s.p50Ms),
    p99Ms: of((s) => s.p99Ms),
    cpuMsPer1000: of(cpuPer1000),
    rssMiB: of((s) => s.rssMiB),
    cpuShare: of(cpuShare),
    loadCpuShare: of((s) => s.clientCpuMs / (s.seconds * 1000)),
  };
}

export function warningsOf(comparison: Comparison, evidence: Evidence | undefined): string[] {
  const { pairs, bare, podherald } = comparison;
  const disturbed = pairs.filter(({ quiet }) => !quiet).length;
  if (disturbed === 0) return unseen(evidence);
  const load = percent(Math.max(bare.loadCpuShare, podherald.loadCpuShare));
  const why = `a server got less than ${percent(BUSY)} of its core; the load used ${load} of the other`;
  return [`${disturbed} of ${pairs.length} rounds were disturbed: ${why}`, ...unseen(evidence)];
}

function unseen(evidence: Evidence | undefined): string[] {
  if (evidence === undefined) return [];
  const { sent, counted, logLines } = evidence;
  const missed: string[] = [];
  if (counted !== sent) missed.push(`podherald counted ${counted} of ${sent} reviews`);
  if (logLines < sent) missed.push(`podherald logged ${logLines} lines for ${sent} reviews`);
  return missed;
}

export function verdicts({ ratio, cpuRatio }: Comparison, { mutate }: MutateTimes): Aim[] {
  const judged = ratio ?? cpuRatio;
  const how = ratio === undefined ? ' by CPU time, as no round was undisturbed' : '';
  const aim = `(aim ${AIMS.ratio.toFixed(2)})`;
  const alone = `mutate() in ${mutate.medianUs.toFixed(1)} µs (aim under ${AIMS.mutateUs})`;
  return [
    {
      text: `${judged.toFixed(2)} of the bare server's requests/s ${aim}${how}`,
      met: judged >= AIMS.ratio,
    },
    { text: alone, met: mutate.medianUs < AIMS.mutateUs },
  ];
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
