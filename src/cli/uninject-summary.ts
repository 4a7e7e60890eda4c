import { kindOf, sentenceOf } from '../core/decision/reasons.ts';
import { type ChangeKind, changesThere } from '../diagnosis/changes.ts';
import { hasNoParts, type InjectedParts } from '../manifests/removal/injected-parts.ts';
import type { Rest, UninjectReport } from '../manifests/uninject.ts';
import { displayName } from '../manifests/workloads.ts';
import { counted } from './inject-summary.ts';

/** What was taken out of each pod and workload, a line each. */
export function summarizeRemoval(reports: readonly UninjectReport[]): string {
  if (reports.length === 0) {
    return 'podherald: there is no pod and no workload in the input; it is passed through as it is\n';
  }
  return reports
    .flatMap(linesOf)
    .map((line) => `podherald: ${line}\n`)
    .join('');
}

function linesOf(report: UninjectReport): string[] {
  const stays = report.rest === undefined ? [] : leftovers(report.rest);
  return [
    `${displayName(report.workload)}: ${ending(report, stays.length > 0)}`,
    ...stays.map((what) => `  ${STAYS}: ${what}`),
  ];
}

const STAYS = 'stays, as it is or stands otherwise than podherald would add it';

function ending({ removed, mutation }: UninjectReport, hasLeftovers: boolean): string {
  if (!hasNoParts(removed)) return `cleaned, ${amounts(removed)}`;
  const because = mutation.findings.find((found) => kindOf(found) === 'skipped');
  if (because !== undefined) {
    return `unchanged, ${sentenceOf(because)}: there is nothing to compare with`;
  }
  return hasLeftovers ? 'unchanged' : 'unchanged, it has nothing that podherald adds';
}

/** What equals ours and stands elsewhere, and what is called like ours and is otherwise. */
function leftovers({ pod, present, mutation }: Rest): string[] {
  const kept = mutation.findings.filter((found) => kindOf(found) === 'kept');
  return [
    ...changesThere(pod, present).map(({ container, kind, names }) =>
      [container, `${KINDS[kind]} ${names.join(', ')}`].filter(Boolean).join(': '),
    ),
    ...kept.map(sentenceOf),
  ];
}

const KINDS: Readonly<Record<ChangeKind, string>> = {
  env: 'variables',
  files: 'files at',
  container: 'container',
  volume: 'volumes',
  annotation: 'annotations',
};

function amounts({ containers, volumes, ambassadorIndex, annotations }: InjectedParts): string {
  const env = containers.reduce((sum, own) => sum + own.env.length, 0);
  const parts = [
    ambassadorIndex !== undefined && 'the ambassador',
    env > 0 && counted(env, 'variable'),
    volumes.length > 0 && counted(volumes.length, 'volume'),
    annotations.length > 0 && counted(annotations.length, 'annotation'),
  ];
  return parts.filter((part) => part !== false).join(', ');
}
