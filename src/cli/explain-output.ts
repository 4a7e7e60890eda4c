import { stringify } from 'yaml';
import type { Unreadable } from '../diagnosis/cluster-state.ts';
import type { ExplainedWorkload, LivePod } from '../diagnosis/explain-workload.ts';
import { misplacedSentences } from '../diagnosis/misplaced-annotations.ts';
import { missingReasonSentence } from '../diagnosis/missing-reasons.ts';
import type { WebhookReach } from '../diagnosis/webhook-reach.ts';
import { AppError } from '../errors.ts';
import { explainText } from './explain-text.ts';
import { counted, noteText, type Output } from './output.ts';
import type { UsedConfig } from './used-config.ts';

/** What `explain` found. */
export interface ExplainResult {
  readonly config: UsedConfig;
  readonly explained: readonly ExplainedWorkload[];
  /** Notes for standard error, one sentence each. */
  readonly notes: readonly string[];
}

/** Notes go to standard error, so that standard output holds the result only. */
export function writeExplained(
  { config, explained, notes }: ExplainResult,
  format: 'text' | 'json' | 'yaml',
  output: Output,
): void {
  if (config.unreadable !== undefined) output.note(noteText(config.unreadable.message));
  for (const note of notes) output.note(noteText(note));
  if (format === 'text') {
    output.note(noteText(`config: ${config.name}`));
    if (explained.length === 0) output.note(noteText('the input contains no pods or workloads'));
    output.out(explained.map((one) => explainText(one, output)).join('\n'));
    return;
  }
  const data = { config: config.name, objects: explained.map(explainData) };
  output.out(
    format === 'json'
      ? `${JSON.stringify(data, null, 2)}\n`
      : stringify(data, { lineWidth: 0, aliasDuplicateObjects: false }),
  );
}

/**
 * Ends `explain --exit-code`.
 *
 * @throws AppError `explain` if a pod or workload does not get what it requests, or if a note was written.
 */
export function requireNoProblems({ explained, notes }: ExplainResult): void {
  const names = explained
    .filter(hasProblem)
    .map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`);
  const shown = names.slice(0, MAX_NAMES);
  const others = names.length - shown.length;
  const list = [...shown, ...(others > 0 ? [`${others} more`] : [])].join(', ');
  if (names.length > 0) {
    throw new AppError(
      'explain',
      `${counted(names.length, 'problem')}: ${list}; the reasons are above`,
    );
  }
  if (notes.length > 0)
    throw new AppError('explain', `${counted(notes.length, 'note')}, see above`);
}

/** More do not fit into a line. */
const MAX_NAMES = 5;

/** Kept values of the pod itself are no problem. */
function hasProblem({ mutation, explanation, misplaced, reach, live }: ExplainedWorkload): boolean {
  const { outcome } = mutation;
  const isWanted = outcome === 'injected' || outcome === 'unchanged';
  return (
    ['denied', 'failed_open'].includes(outcome) ||
    mutation.reason === 'malformed_pod' ||
    explanation.reasons.some(
      ({ kind }) => kind === 'fault' || kind === 'notice' || kind === 'failure',
    ) ||
    misplaced !== undefined ||
    live?.because !== undefined ||
    (isWanted && reach !== undefined && isUninjected(reach))
  );
}

function isUninjected(reach: WebhookReach | Unreadable): boolean {
  return 'called' in reach && !reach.called && reach.policy === undefined;
}

/** One pod or workload in the format of `-o json` and `-o yaml`. */
function explainData(explained: ExplainedWorkload): object {
  const { kind, namespace, name, explanation, mutation, reach, live } = explained;
  const { misplaced, hints, ownerUnreadable } = explained;
  const { outcome, requests, config, present, changed, added, reasons } = explanation;
  return {
    object: { kind, namespace, name },
    outcome,
    ...(mutation.reason !== undefined && { reason: mutation.reason }),
    requests,
    config,
    ...(hints && { hints }),
    ...(misplaced && { misplaced: { ...misplaced, messages: misplacedSentences(misplaced) } }),
    ...(ownerUnreadable !== undefined && { ownerUnreadable }),
    ...(reach && { webhook: webhookData(reach) }),
    ...(live && { live: liveData(live) }),
    present,
    [live === undefined ? 'changed' : 'outdated']: changed,
    [live === undefined ? 'added' : 'missing']: added,
    reasons,
    patch: mutation.operations,
  };
}

function webhookData(reach: NonNullable<ExplainedWorkload['reach']>): object {
  if ('unreadable' in reach) return { called: 'unknown', message: reach.unreadable };
  if (!reach.called) {
    const { because, policy } = reach;
    return {
      called: false,
      reason: because.code,
      message: missingReasonSentence(because),
      ...(policy && { policy: policy.name }),
    };
  }
  const { name, configuration, failurePolicy } = reach.webhook;
  const conditions = reach.unknownConditions;
  return {
    called: true,
    name,
    configuration,
    failurePolicy,
    ...(conditions.length > 0 && { unknownMatchConditions: conditions }),
  };
}

function liveData({ because, notApplicable, status }: LivePod): object {
  return {
    complete: because === undefined,
    ...(because && { reason: because.code, message: missingReasonSentence(because) }),
    ...(notApplicable.length > 0 && { notApplicable }),
    ...(status !== undefined && { status: parsedStatus(status) }),
  };
}

/** The text itself if it is not JSON: anybody can write a status annotation. */
function parsedStatus(status: string): unknown {
  try {
    return JSON.parse(status);
  } catch {
    return status;
  }
}
