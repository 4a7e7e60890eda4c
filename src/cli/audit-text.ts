import type {
  AuditGroup,
  AuditResult,
  FaultyTemplate,
  MisplacedWorkload,
} from '../diagnosis/audit-result.ts';
import { misplacedSentences } from '../diagnosis/misplaced-annotations.ts';
import { missingReasonSentence } from '../diagnosis/missing-reasons.ts';
import { type Remedy, remedyFor } from '../diagnosis/remedies.ts';
import { counted, type Output, paint, printable, wrapWords } from './output.ts';

const WIDTH = 108;

/** What `audit` writes to a terminal: a paragraph for each owner, with the reason and the remedy. */
export function auditText({ groups, misplaced, templates }: AuditResult, output: Output): string {
  return [
    ...templates.map((template) => templateText(template, output)),
    ...groups.map((group) => groupText(group, output)),
    ...misplaced.map((workload) => misplacedText(workload, output)),
  ].join('\n');
}

function groupText(group: AuditGroup, output: Output): string {
  const { owner, because, pods } = group;
  const count = owner.kind === 'Pod' ? '' : `${counted(pods.length, 'pod')} `;
  const headline = `${count}missing ${pods.length === 1 ? 'its' : 'their'} injection (${because.code})`;
  const reason = paragraph(`reason: ${missingReasonSentence(because)}`);
  return `${title(group, output)}: ${headline}\n${reason}${remedyText(remedyOf(group), output)}`;
}

function misplacedText(workload: MisplacedWorkload, output: Output): string {
  const sentences = misplacedSentences(workload).map(paragraph).join('');
  return `${title(workload, output)}: misplaced annotations\n${sentences}${remedyText(workload.remedy, output)}`;
}

function templateText(template: FaultyTemplate, output: Output): string {
  const headline = template.isDenied
    ? 'podherald denies all its pods'
    : 'some annotations of its pod template have no effect';
  const messages = template.messages.map(paragraph).join('');
  return `${title(template, output)}: ${headline}\n${messages}${remedyText(template.remedy, output)}`;
}

function title(
  { namespace, owner }: Pick<AuditGroup, 'namespace' | 'owner'>,
  output: Output,
): string {
  return paint(output, 'bold', printable(`${owner.kind} ${namespace}/${owner.name}`));
}

function remedyOf({ because, owner, namespace, pods }: AuditGroup): Remedy {
  return remedyFor(because, owner, namespace, pods);
}

function remedyText({ commands, advice }: Remedy, output: Output): string {
  const lines = commands
    .map((command) => `    ${paint(output, 'cyan', printable(command))}\n`)
    .join('');
  if (advice === undefined) return lines;
  return lines + paragraph(`${commands.length === 0 ? 'fix' : 'note'}: ${advice}`);
}

function paragraph(text: string): string {
  return wrapWords(printable(text), WIDTH)
    .map((line) => `  ${line}\n`)
    .join('');
}

/** The result in the format of `-o json`. */
export function auditData(result: AuditResult): object {
  const { config, pods, groups, notApplicable, misplaced, templates, unreadable } = result;
  return {
    config,
    pods,
    missing: groups.map((group) => ({
      namespace: group.namespace,
      owner: group.owner,
      pods: group.pods,
      reason: group.because.code,
      message: missingReasonSentence(group.because),
      remedy: remedyOf(group),
    })),
    notApplicable,
    misplaced,
    templates,
    unreadable,
  };
}

/** One sentence for each reason why defaults of a namespace cannot be applied to pods. */
export function notApplicableTexts({ notApplicable }: AuditResult): string[] {
  return Object.entries(notApplicable).map(
    ([reason, count]) =>
      `namespace defaults cannot be applied to ${counted(count, 'pod')} (${reason}); this is not an error`,
  );
}

function missingText(missing: number, pods: number): string {
  const all = counted(pods, 'pod');
  if (missing === 0) return `${all} checked; no pod is missing its injection`;
  return `${missing} of ${all} ${missing === 1 ? 'is missing its' : 'are missing their'} injection`;
}

/** The result in one sentence. */
export function auditSummary(result: AuditResult): string {
  const { pods, groups, misplaced, templates, unreadable } = result;
  const missing = groups.reduce((sum, group) => sum + group.pods.length, 0);
  const keys = misplaced.flatMap(({ annotations }) => annotations).length;
  if (missing + keys + templates.length > 0) {
    return [
      missingText(missing, pods),
      ...(keys === 0 ? [] : [`${counted(keys, 'misplaced annotation')} on workloads`]),
      ...(templates.length === 0
        ? []
        : [
            `${counted(templates.length, 'workload')} with invalid annotations on the pod template`,
          ]),
      ...(unreadable.length === 0
        ? []
        : ['there may be more, because some resources are unreadable']),
    ].join('; ');
  }
  return unreadable.length === 0
    ? `${counted(pods, 'pod')} checked; nothing is missing`
    : `${counted(pods, 'pod')} checked; something may be missing, because some resources are unreadable`;
}
