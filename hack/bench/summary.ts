import { median } from './measurements.ts';
import type { Evidence } from './servers.ts';
import { BUSY, cpuShare, isQuiet, type Pair, type Sample } from './slices.ts';
import type { StepTimes } from './steps.ts';

/** The medians over the slices of one server. */
export type Figures = {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMsPer1000: number;
  readonly rssMiB: number;
  /** The share (0 to 1) of its core that the server used, and that the load generator used. */
  readonly cpuShare: number;
  readonly loadCpuShare: number;
};

/** A performance target of podherald, and whether this run met it. */
export type Target = { readonly text: string; readonly met: boolean };

/** The comparison of the two servers. It uses the quiet rounds only, or all if none was quiet. */
export type Comparison = {
  readonly bare: Figures;
  readonly podherald: Figures;
  readonly pairs: readonly PairRatio[];
  /** podherald's requests/s divided by the bare server's; undefined if no round was quiet. */
  readonly ratio: number | undefined;
  /** The ratio of requests per second of CPU time, which other processes affect less. */
  readonly cpuRatio: number;
};

export type PairRatio = {
  readonly ratio: number;
  readonly cpuRatio: number;
  readonly quiet: boolean;
};

const TARGETS = { ratio: 0.7, mutateUs: 30 };

/** Compares the two servers over all rounds of a run. */
export function compare(all: readonly Pair[]): Comparison {
  const quiet = all.filter(isQuiet);
  const used = quiet.length > 0 ? quiet : all;
  const ratios = used.map(ratioOf);
  return {
    bare: figures(used.map((pair) => pair.bare)),
    podherald: figures(used.map((pair) => pair.podherald)),
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

/** Returns what makes the result unreliable: disturbed rounds, or reviews that podherald missed. */
export function warningsOf(comparison: Comparison, evidence: Evidence | undefined): string[] {
  const { pairs, bare, podherald } = comparison;
  const disturbed = pairs.filter(({ quiet }) => !quiet).length;
  if (disturbed === 0) return missedReviews(evidence);
  const load = percent(Math.max(bare.loadCpuShare, podherald.loadCpuShare));
  const why = `a server used less than ${percent(BUSY)} of its core, so other processes used it too (the load generator used ${load} of its own core)`;
  return [
    `${disturbed} of ${pairs.length} rounds were disturbed: ${why}`,
    ...missedReviews(evidence),
  ];
}

function missedReviews(evidence: Evidence | undefined): string[] {
  if (evidence === undefined) return [];
  const { sent, counted, logLines } = evidence;
  const missed: string[] = [];
  if (counted !== sent) missed.push(`podherald's metrics count ${counted} of ${sent} reviews`);
  if (logLines < sent) missed.push(`podherald's log has ${logLines} lines for ${sent} reviews`);
  return missed;
}

/** Compares the result with podherald's targets. */
export function targetsOf({ ratio, cpuRatio }: Comparison, { mutate }: StepTimes): Target[] {
  const measured = ratio ?? cpuRatio;
  const unit = ratio === undefined ? 'requests per CPU second (no quiet round)' : 'requests/s';
  return [
    {
      text: `${measured.toFixed(2)} of the bare server's ${unit}, target ${TARGETS.ratio.toFixed(2)}`,
      met: measured >= TARGETS.ratio,
    },
    {
      text: `mutate() takes ${mutate.medianUs.toFixed(1)} µs, target less than ${TARGETS.mutateUs} µs`,
      met: mutate.medianUs < TARGETS.mutateUs,
    },
  ];
}

/** Formats a share (0 to 1) as a whole percentage. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
