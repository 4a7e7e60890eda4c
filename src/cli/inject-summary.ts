import { kindOf, sentenceOf } from '../core/decision/reasons.ts';
import { misplacedOn, misplacedSentences } from '../diagnosis/misplaced.ts';
import type { WorkloadReport } from '../manifests/inject.ts';
import { displayName } from '../manifests/workloads.ts';

/** What became of each pod and workload, a line each, with a hint where a wish has no effect. */
export function summarize(reports: readonly WorkloadReport[], annotationPrefix: string): string {
  if (reports.length === 0) {
    return 'podherald: there is no pod and no workload in the input; it is passed through as it is\n';
  }
  return reports
    .flatMap((report) => [...linesOf(report), ...misplaced(report, annotationPrefix)])
    .map((line) => `podherald: ${line}\n`)
    .join('');
}

function linesOf(report: WorkloadReport): string[] {
  const { workload, mutation } = report;
  const { outcome, findings } = mutation;
  const skip = findings.find((found) => kindOf(found) === 'skipped');
  const notices = findings.filter((found) => found !== skip);
  const why = skip === undefined ? '' : `, ${sentenceOf(skip)}`;
  return [
    `${displayName(workload)}: ${outcome}${amount(report)}${why}`,
    ...notices.map((notice) => `  ${sentenceOf(notice)}`),
  ];
}

function amount({ mutation }: WorkloadReport): string {
  const { env, volume, ambassador } = mutation.injected;
  const parts = [
    env > 0 && counted(env, 'variable'),
    volume > 0 && counted(volume, 'volume'),
    ambassador > 0 && 'the ambassador',
  ];
  const words = parts.filter((part) => part !== false).join(', ');
  return words === '' ? '' : `, ${words}`;
}

/** Such as `2 volumes`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function misplaced({ workload }: WorkloadReport, annotationPrefix: string): string[] {
  const wrong = misplacedOn(workload, annotationPrefix);
  return wrong === undefined ? [] : misplacedSentences(wrong).map((sentence) => `  ${sentence}`);
}
