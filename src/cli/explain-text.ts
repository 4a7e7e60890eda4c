import { stringify } from 'yaml';
import { isMalformed, parsePod } from '../core/api/parse-pod.ts';
import type { ExplainedWorkload, LivePod } from '../diagnosis/explain-workload.ts';
import type { ExplainedRequest, Explanation } from '../diagnosis/explanation.ts';
import { filesAt, type InjectedItems } from '../diagnosis/injected-items.ts';
import { misplacedSentences } from '../diagnosis/misplaced-annotations.ts';
import { missingReasonSentence } from '../diagnosis/missing-reasons.ts';
import { counted, type Output, paint, printable, tableText, unifiedDiff } from './output.ts';

const WIDTH = 110;

/** What `explain` writes to a terminal about one pod or workload: a headline, tables and a diff. */
export function explainText(explained: ExplainedWorkload, output: Output): string {
  const { kind, namespace, name } = explained;
  const title = paint(output, 'bold', printable(`${kind} ${namespace}/${name}`));
  const parts = [
    factsTable(explained),
    itemsTable(explained),
    reasonsTable(explained),
    diff(explained, output),
  ];
  const body = parts.filter((part) => part !== '').join('\n');
  return `${title}: ${printable(headline(explained))}\n${indented(body)}`;
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}

function headline({ mutation, live, explanation, reach }: ExplainedWorkload): string {
  const { outcome } = mutation;
  if (mutation.reason === 'malformed_pod') return malformedHeadline(explanation);
  if (live !== undefined) return liveHeadline(live, explanation);
  const isExcluded = outcome !== 'skipped' && reach && 'called' in reach && !reach.called;
  return HEADLINES[outcome] + (isExcluded ? ' if the webhook were called' : '');
}

const HEADLINES = {
  injected: 'would be injected',
  unchanged: 'would not be changed',
  skipped: 'would not be injected',
  denied: 'would be denied',
  failed_open: 'would be admitted unchanged, because of an internal error in podherald',
} as const;

function malformedHeadline({ reasons: [first] }: Explanation): string {
  return `would be rejected by the API server, because ${first?.cause ?? 'the pod'} is malformed`;
}

function liveHeadline({ because, notApplicable }: LivePod, explanation: Explanation): string {
  const { outcome, present, changed } = explanation;
  const isInjected = [...present, ...changed].some(({ kind }) => kind !== 'annotation');
  if (because !== undefined) return `missing ${isInjected ? 'part of ' : ''}its injection`;
  if (notApplicable.length > 0) {
    return isInjected
      ? 'injected, but some defaults of its namespace cannot be applied'
      : 'not injected, because the defaults of its namespace cannot be applied';
  }
  if (isInjected) return 'injected; nothing is missing';
  return outcome === 'unchanged' ? 'not injected; it keeps its own values' : HEADLINES[outcome];
}

function factsTable(explained: ExplainedWorkload): string {
  const { explanation, live, ownerUnreadable, hints } = explained;
  const rows = [
    ...explanation.requests.map((request) => ['request', requestText(request, explained)]),
    ...explanation.config.map(({ field, value, location = 'default value' }) => [
      'config',
      `${field}: ${value} (${location})`,
    ]),
    ...misplacedRows(explained),
    ...(hints ?? []).map((hint) => ['hint', hint]),
    ...(ownerUnreadable === undefined ? [] : [['owner', `unreadable: ${ownerUnreadable}`]]),
    ...webhookRows(explained),
    ...(live?.because ? [['likely reason', missingReasonSentence(live.because)]] : []),
    ...(live?.status === undefined ? [] : [['status', live.status]]),
  ];
  return rows.length === 0 ? '' : tableText(rows, WIDTH);
}

function requestText(
  { key, value, on, location, effective }: ExplainedRequest,
  { kind, namespace }: ExplainedWorkload,
): string {
  const ofPod = kind === 'Pod' ? 'the pod' : 'the pod template';
  const where = [on === 'pod' ? ofPod : `namespace ${namespace}`, location]
    .filter((part) => part !== undefined)
    .join(', ');
  return `${key}: ${JSON.stringify(value)} (${where}${effective ? '' : `; overridden by ${ofPod}`})`;
}

function misplacedRows({ kind, name, misplaced }: ExplainedWorkload): string[][] {
  if (misplaced === undefined) return [];
  const { owner } = misplaced;
  const isItself = owner.kind === kind && owner.name === name;
  const sentences = misplacedSentences(
    misplaced,
    isItself ? `the ${kind}` : `${owner.kind} ${owner.name}`,
  );
  return sentences.map((sentence) => ['misplaced', sentence]);
}

function webhookRows({ reach }: ExplainedWorkload): string[][] {
  if (reach === undefined) return [];
  if ('unreadable' in reach) {
    return [
      ['webhook', `it is unknown whether the API server calls the webhook: ${reach.unreadable}`],
    ];
  }
  if (!reach.called && reach.policy !== undefined) {
    return [
      ['policy', `MutatingAdmissionPolicy ${reach.policy.name} injects instead of the webhook`],
    ];
  }
  if (!reach.called) return [['webhook', `not called: ${missingReasonSentence(reach.because)}`]];
  const { webhook, unknownConditions } = reach;
  const unless =
    unknownConditions.length === 0
      ? ''
      : `, unless one of its matchConditions excludes the pod: ${unknownConditions.join(', ')}`;
  const { name, configuration, failurePolicy } = webhook;
  return [
    [
      'webhook',
      `called: ${name} of MutatingWebhookConfiguration ${configuration} (failurePolicy ${failurePolicy})${unless}`,
    ],
  ];
}

const POD = '(pod)';

/** Rows about containers come first, then those about the pod. */
function itemsTable({ explanation, live, after }: ExplainedWorkload): string {
  const { present, changed, added, reasons } = explanation;
  const pod = parsePod(after);
  const files: FilesAt = (container, path) =>
    isMalformed(pod) ? [] : filesAt(pod, container, path);
  const rows = [
    ...present.map((items) => itemsRow(items, 'present', files)),
    ...changed.map((items) => itemsRow(items, live === undefined ? 'changed' : 'outdated', files)),
    ...added.map((items) => itemsRow(items, live === undefined ? 'added' : 'missing', files)),
  ];
  const kept = reasons.filter(({ kind }) => kind === 'kept');
  const all = [
    ...rows.filter(([container]) => container !== POD),
    ...kept.map(({ message, container = '' }) => [container, 'kept', message]),
    ...rows.filter(([container]) => container === POD),
  ];
  return all.length === 0 ? '' : tableText([['CONTAINER', 'STATE', 'WHAT'], ...all], WIDTH);
}

type FilesAt = (container: string, mountPath: string) => readonly string[];

function itemsRow(
  { container = POD, kind, names, after }: InjectedItems,
  state: string,
  files: FilesAt,
): string[] {
  const what =
    kind === 'files'
      ? names.map((path) => filesText(path, files(container, path))).join('; ')
      : `${counted(names.length, NOUNS[kind])}: ${names.join(', ')}${after === undefined ? '' : `, which starts after ${after}`}`;
  return [container, state, what];
}

function filesText(path: string, files: readonly string[]): string {
  return files.length === 0 ? `files at ${path}` : `files at ${path}: ${files.join(', ')}`;
}

const NOUNS = {
  env: 'variable',
  container: 'container',
  volume: 'volume',
  annotation: 'annotation',
} as const;

function reasonsTable({ explanation }: ExplainedWorkload): string {
  const rows = explanation.reasons.flatMap(({ reason, message, cause }) => [
    [reason, message],
    ...(cause === undefined ? [] : [['', `cause: ${cause}`]]),
  ]);
  return rows.length === 0 ? '' : tableText([['REASON', 'MESSAGE'], ...rows], WIDTH);
}

function diff({ before, after }: ExplainedWorkload, output: Output): string {
  if (before === after) return '';
  return unifiedDiff(stringify(before, AS_KUBECTL), stringify(after, AS_KUBECTL), output);
}

/** How kubectl formats YAML. */
const AS_KUBECTL = { lineWidth: 0, indentSeq: false, aliasDuplicateObjects: false } as const;
