import { kindOf, sentenceOf } from '../decision/reasons.ts';
import { nameOf } from '../manifest/inject.ts';
import type { UninjectReport } from '../manifest/uninject.ts';
import type { Ours } from '../removal/ours.ts';
import { isNothing } from '../removal/ours.ts';
import { counted } from './inject-summary.ts';

/** What was taken out of each pod and workload, a line each. */
export function summarizeRemoval(reports: readonly UninjectReport[]): string {
  if (reports.length === 0) {
    return 'podherald: there is no pod and no workload in the input; it is passed through as it is\n';
  }
  return reports
    .map((report) => `podherald: ${nameOf(report.workload)}: ${ending(report)}\n`)
    .join('');
}

function ending({ ours, mutation }: UninjectReport): string {
  if (!isNothing(ours)) return `cleaned, ${amounts(ours)}`;
  const because = mutation.findings.find((found) => kindOf(found) === 'skipped');
  if (because === undefined) return 'unchanged, it has nothing that podherald adds';
  return `unchanged, ${sentenceOf(because)}: there is nothing to compare with`;
}

function amounts({ containers, volumes, sidecar, annotations }: Ours): string {
  const env = containers.reduce((sum, own) => sum + own.env.length, 0);
  const parts = [
    sidecar !== undefined && 'the ambassador',
    env > 0 && counted(env, 'variable'),
    volumes.length > 0 && counted(volumes.length, 'volume'),
    annotations.length > 0 && counted(annotations.length, 'annotation'),
  ];
  return parts.filter((part) => part !== false).join(', ');
}
