import type { Evidence } from './evidence.ts';
import type { MutateTimes } from './mutate.ts';
import type { Pair, Sample } from './slices.ts';
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

export type Comparison = {
  readonly bare: Figures;
  readonly podherald: Figures;
  /** podherald's requests/s as a share of the bare server's, of each adjacent pair of slices. */
  readonly ratios: readonly number[];
  readonly ratio: number;
  /** The same from CPU time, which a neighbour on the core disturbs less. */
  readonly cpuRatio: number;
};

export const AIMS = { ratio: 0.7, mutateUs: 30 };

/** Below this share of its core something other than the server sets the pace. */
const BUSY = 0.9;

export function compare(pairs: readonly Pair[]): Comparison {
  const bare = figures(pairs.map((pair) => pair.bare));
  const podherald = figures(pairs.map((pair) => pair.podherald));
  const ratios = pairs.map((p) => p.podherald.requestsPerSecond / p.bare.requestsPerSecond);
  const cpuRatio = bare.cpuMsPer1000 / podherald.cpuMsPer1000;
  return { bare, podherald, ratios, ratio: median(ratios), cpuRatio };
}

function figures(samples: readonly Sample[]): Figures {
  const of = (value: (sample: Sample) => number) => median(samples.map(value));
  return {
    requestsPerSecond: of((s) => s.requestsPerSecond),
    p50Ms: of((s) => s.p50Ms),
    p99Ms: of((s) => s.p99Ms),
    cpuMsPer1000: of((s) => (s.serverCpuMs / s.reviews) * 1000),
    rssMiB: of((s) => s.rssMiB),
    cpuShare: of((s) => s.serverCpuMs / (s.seconds * 1000)),
    loadCpuShare: of((s) => s.clientCpuMs / (s.seconds * 1000)),
  };
}

export function warningsOf(
  { bare, podherald }: Comparison,
  names: readonly [string, string],
  evidence: Evidence | undefined,
): string[] {
  const idle = [bare, podherald].flatMap((server, index) => {
    if (server.cpuShare >= BUSY) return [];
    const [used, load] = [percent(server.cpuShare), percent(server.loadCpuShare)];
    const why = `it used ${used} of its core (the load ${load} of the other)`;
    return [`${names[index]} was not the bottleneck: ${why}; a busy machine?`];
  });
  return [...idle, ...unseen(evidence)];
}

function unseen(evidence: Evidence | undefined): string[] {
  if (evidence === undefined) return [];
  const { sent, counted, logLines } = evidence;
  const missed: string[] = [];
  if (counted !== sent) missed.push(`podherald counted ${counted} of ${sent} reviews`);
  if (logLines < sent) missed.push(`podherald logged ${logLines} lines for ${sent} reviews`);
  return missed;
}

export function verdicts({ ratio }: Comparison, { mutate }: MutateTimes): Aim[] {
  const share = `${ratio.toFixed(2)} of the bare server's requests/s (aim ${AIMS.ratio.toFixed(2)})`;
  const alone = `mutate() in ${mutate.medianUs.toFixed(1)} µs (aim under ${AIMS.mutateUs})`;
  return [
    { text: share, met: ratio >= AIMS.ratio },
    { text: alone, met: mutate.medianUs < AIMS.mutateUs },
  ];
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
