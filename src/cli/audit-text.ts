import { type Mend, mendFor } from '../diagnosis/mend.ts';
import { misplacedSentences } from '../diagnosis/misplaced.ts';
import { whyNotSentence } from '../diagnosis/why-not.ts';
import type { AuditGroup, AuditResult, MisplacedWish } from './audit-result.ts';
import { type Output, paint, wrapped } from './output.ts';

const WIDTH = 108;

/** What an audit found, for people: a paragraph for each owner. */
export function auditText({ groups, misplaced }: AuditResult, output: Output): string {
  return [
    ...groups.map((group) => groupText(group, output)),
    ...misplaced.map((wish) => misplacedText(wish, output)),
  ].join('\n');
}

function groupText({ namespace, owner, because, pods }: AuditGroup, output: Output): string {
  const count = pods.length === 1 ? '1 pod' : `${pods.length} pods`;
  const lacking = owner.kind === 'Pod' ? '' : ` ${count}`;
  const title = paint(output, 'bold', `${owner.kind} ${namespace}/${owner.name}`);
  const mend = mendFor(because, owner, namespace, pods);
  return `${title}:${lacking} (${because.reason})\n${prose(whyNotSentence(because))}${mendText(mend, output)}`;
}

function misplacedText(wish: MisplacedWish, output: Output): string {
  const { namespace, owner, mend } = wish;
  const title = paint(output, 'bold', `${owner.kind} ${namespace}/${owner.name}`);
  const sentences = misplacedSentences(wish).map(prose).join('');
  return `${title}: annotation on the workload only\n${sentences}${mendText(mend, output)}`;
}

function mendText({ commands, advice }: Mend, output: Output): string {
  const lines = commands.map((command) => `    ${paint(output, 'cyan', command)}\n`).join('');
  return lines + (advice === undefined ? '' : prose(advice));
}

function prose(text: string): string {
  return wrapped(text, WIDTH)
    .map((line) => `  ${line}\n`)
    .join('');
}

/** The same for programs. */
export function auditData({
  config,
  pods,
  groups,
  byDesign,
  misplaced,
  gaps,
}: AuditResult): object {
  return {
    config,
    pods,
    missing: groups.map(({ namespace, owner, because, pods: names }) => ({
      namespace,
      owner,
      pods: names,
      reason: because.reason,
      message: whyNotSentence(because),
      mend: mendFor(because, owner, namespace, names),
    })),
    byDesign,
    misplaced,
    gaps,
  };
}
