import { stringify } from 'yaml';
import { isMalformed, parsePod } from '../core/api/pod.ts';
import { type Change, filesAt } from '../diagnosis/changes.ts';
import type { ExplainedWish, Explanation } from '../diagnosis/explanation.ts';
import { misplacedSentences } from '../diagnosis/misplaced.ts';
import { whyNotSentence } from '../diagnosis/why-not.ts';
import type { Explained } from './explained.ts';
import { counted, type Output, paint, tableText, unifiedDiff } from './output.ts';

const WIDTH = 110;

/** One pod or workload, for people. */
export function explainText(explained: Explained, output: Output): string {
  const { kind, namespace, name } = explained;
  const title = paint(output, 'bold', `${kind} ${namespace}/${name}`);
  const parts = [facts(explained), changes(explained), reasons(explained), diff(explained, output)];
  const body = parts.filter((part) => part !== '').join('\n');
  return `${title}: ${headline(explained)}\n${indented(body)}`;
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}

function headline({ mutation, live, explanation, reach }: Explained): string {
  const { outcome } = mutation;
  if (mutation.reason === 'malformed_pod') return malformed(explanation);
  if (live === undefined) {
    const isIgnored = outcome !== 'skipped' && reach && 'asked' in reach && !reach.asked;
    return OUTCOME_WORDS[outcome] + (isIgnored ? ', if the webhook were asked' : '');
  }
  const isIn = explanation.there.some(({ kind }) => kind !== 'annotation');
  if (live.because !== undefined)
    return isIn ? 'has part of what it asks for' : 'lacks what it asks for';
  if (live.byDesign.length > 0)
    return `${isIn ? 'has part' : 'has nothing'} of what its namespace asks for, by design`;
  if (explanation.there.length > 0) return 'has what it asks for';
  return outcome === 'unchanged' ? 'has all of its own' : OUTCOME_WORDS[outcome];
}

function malformed({ reasons: [first] }: Explanation): string {
  return `would be refused by the API server: ${first?.decidedBy ?? first?.message}`;
}

const OUTCOME_WORDS = {
  injected: 'would be injected',
  unchanged: 'has all that it asks for',
  skipped: 'would get nothing',
  denied: 'would be denied',
  failed_open: 'would be let through as it is, as podherald fails',
} as const;

function facts(explained: Explained): string {
  const { explanation, live, ownerUnknown } = explained;
  const rows = [
    ...explanation.wishes.map((wish) => ['asks', wishText(wish, explained)]),
    ...explanation.config.map(({ field, value, at }) => [
      'config',
      `${field}: ${value} (${at ?? 'the default'})`,
    ]),
    ...mistakes(explained).map((sentence) => ['mistake', sentence]),
    ...(ownerUnknown === undefined ? [] : [['owner', `not known: ${ownerUnknown}`]]),
    ...webhookRows(explained),
    ...(live?.because ? [['likely', whyNotSentence(live.because)]] : []),
    ...(live?.status === undefined ? [] : [['status', live.status]]),
  ];
  return rows.length === 0 ? '' : tableText(rows, WIDTH);
}

function mistakes({ kind, name, misplaced }: Explained): string[] {
  if (misplaced === undefined) return [];
  const { owner } = misplaced;
  const isItself = owner.kind === kind && owner.name === name;
  return misplacedSentences(misplaced, isItself ? kind : `${owner.kind} ${owner.name}`);
}

function wishText({ key, value, on, at, counts }: ExplainedWish, { kind, namespace }: Explained) {
  const place =
    on === 'namespace' ? `namespace ${namespace}` : (PLACES[kind] ?? 'the pod template');
  const where = at === undefined ? place : `${place}, ${at}`;
  return `${key}: ${JSON.stringify(value)} (${where}${counts ? '' : '; the pod’s own word counts'})`;
}

const PLACES: Readonly<Record<string, string>> = { Pod: 'the pod' };

function webhookRows({ reach }: Explained): string[][] {
  if (reach === undefined) return [];
  if ('unknown' in reach) return [['webhook', `not known: ${reach.unknown}`]];
  if (!reach.asked) return [['webhook', `not asked: ${whyNotSentence(reach.because)}`]];
  const { by, unknownConditions } = reach;
  const unless =
    unknownConditions.length === 0
      ? ''
      : `, unless its matchConditions say otherwise (${unknownConditions.join(', ')})`;
  const { name, configuration, failurePolicy } = by;
  return [
    ['webhook', `${name} of ${configuration} is asked${unless}; failurePolicy ${failurePolicy}`],
  ];
}

function changes({ explanation, live, after }: Explained): string {
  const { there, added, reasons } = explanation;
  const pod = parsePod(after);
  const files: FilesAt = (container, path) =>
    isMalformed(pod) ? [] : filesAt(pod, container, path);
  const verb = live === undefined ? 'gets' : 'lacks';
  const rows = [
    ...there.map((change) => row(change, 'has', files)),
    ...added.map((change) => row(change, verb, files)),
  ];
  const kept = reasons.filter(({ kind }) => kind === 'kept');
  const all = [
    ...rows.filter(([container]) => container !== THE_POD),
    ...kept.map(({ message, container = '' }) => [container, 'keeps', message]),
    ...rows.filter(([container]) => container === THE_POD),
  ];
  return all.length === 0 ? '' : tableText([['CONTAINER', '', 'WHAT'], ...all], WIDTH);
}

const THE_POD = '(the pod)';

type FilesAt = (container: string, mountPath: string) => readonly string[];

function row({ container = THE_POD, kind, names }: Change, verb: string, files: FilesAt): string[] {
  const what =
    kind === 'files'
      ? names.map((path) => filesText(path, files(container, path))).join('; ')
      : `${counted(names.length, WORDS[kind])}: ${names.join(', ')}`;
  return [container, verb, what];
}

function filesText(path: string, files: readonly string[]): string {
  return files.length === 0 ? `files at ${path}` : `files at ${path}: ${files.join(', ')}`;
}

const WORDS = {
  env: 'variable',
  container: 'container',
  volume: 'volume',
  annotation: 'annotation',
} as const;

function reasons({ explanation }: Explained): string {
  const lines = explanation.reasons.flatMap(({ reason, message, decidedBy }) => [
    [reason, message],
    ...(decidedBy === undefined ? [] : [['', `decided by: ${decidedBy}`]]),
  ]);
  return lines.length === 0 ? '' : tableText([['REASON', ''], ...lines], WIDTH);
}

function diff({ before, after }: Explained, output: Output): string {
  if (before === after) return '';
  return unifiedDiff(stringify(before, PLAIN), stringify(after, PLAIN), output);
}

/** As kubectl prints YAML, so that a diff reads alike. */
const PLAIN = { lineWidth: 0, indentSeq: false, aliasDuplicateObjects: false } as const;

/** A line for people, on standard error. */
export function noteText(text: string): string {
  return `podherald: ${text}\n`;
}
