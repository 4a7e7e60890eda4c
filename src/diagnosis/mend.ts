import { SCOPE_LABEL } from '../core/api/webhook-scope.ts';
import type { Reason } from '../core/decision/reasons.ts';
import type { Misplaced } from './misplaced.ts';
import type { Owner } from './owner.ts';
import { OBSTACLES } from './ungranted.ts';
import type { WhyNot, WhyNotReason } from './why-not.ts';

/** What to do about pods that lack something: commands for a shell, in order, and words after them. */
export interface Mend {
  readonly commands: readonly string[];
  readonly advice?: string;
}

/** @param pods the names of the pods that the owner has. */
export function mendFor(
  { reason, findings = [] }: WhyNot,
  owner: Owner,
  namespace: string,
  pods: readonly string[],
): Mend {
  if (reason === 'not_granted')
    return { commands: [], advice: findings.flatMap(towards).join('; ') };
  const again = recreate(owner, namespace, pods);
  const only = ADVICE[reason];
  if (only !== undefined) return { commands: [], advice: only };
  const first = FIRST[reason]?.(owner, namespace) ?? [];
  const advice = [again.advice, AFTERWARDS[reason]].filter((one) => one !== undefined).join('; ');
  return { commands: [...first, ...again.commands], ...(advice !== '' && { advice }) };
}

/** What to look at where a new pod lacks it too. */
const AFTERWARDS: Partial<Record<WhyNotReason, string>> = {
  policy_only: 'what no policy can do, its ValidatingAdmissionPolicies tell whoever creates a pod',
};

function towards(reason: Reason): string[] {
  const advice: Partial<Record<Reason, string>> = OBSTACLES;
  return [advice[reason] ?? []].flat();
}

/** Reasons that no new pod mends. */
const ADVICE: Partial<Record<WhyNotReason, string>> = {
  namespace_excluded:
    'the namespaceSelector of the MutatingWebhookConfiguration would have to change',
  pod_not_selected: 'the objectSelector of the MutatingWebhookConfiguration would have to change',
  condition_not_met: 'the matchConditions of the MutatingWebhookConfiguration would have to change',
  rules_exclude: 'the rules of the MutatingWebhookConfiguration would have to change',
  podherald_fails: 'that is a bug of podherald’s: please report it with the pod',
  mirror_pod: 'a static pod is changed on its node alone',
};

const FIRST: Partial<Record<WhyNotReason, (owner: Owner, namespace: string) => readonly string[]>> =
  {
    not_installed: () => ['podherald manifests | kubectl apply -f -'],
    namespace_not_labelled: (_, namespace) => [
      `kubectl label namespace ${namespace} ${SCOPE_LABEL.key}=${SCOPE_LABEL.value}`,
    ],
    faulty: editTemplate,
    not_understood: editTemplate,
    namespace_not_understood: (_, namespace) => [`kubectl edit namespace/${namespace}`],
  };

/** A Job is made anew anyway, as its template never changes. */
function editTemplate(owner: Owner, namespace: string): string[] {
  return owner.kind === 'Job' ? [] : edit(owner, namespace);
}

/** An annotation of a pod that has an owner stands in the owner's template. */
function edit({ kind, name }: Owner, namespace: string): string[] {
  return [`kubectl edit ${kind.toLowerCase()}/${name} -n ${namespace}`];
}

const ROLLED_OUT = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

function recreate({ kind, name }: Owner, namespace: string, pods: readonly string[]): Mend {
  const where = `-n ${namespace}`;
  if (ROLLED_OUT.has(kind)) {
    return { commands: [`kubectl rollout restart ${kind.toLowerCase()}/${name} ${where}`] };
  }
  if (kind === 'Pod') {
    return {
      commands: [`kubectl get pod/${name} ${where} -o yaml | kubectl replace --force -f -`],
    };
  }
  if (kind === 'CronJob') return { commands: [], advice: 'its next run gets it' };
  if (kind === 'Job') {
    return {
      commands: [],
      advice: 'its template cannot be changed: delete it, and create it anew',
    };
  }
  return {
    commands: [`kubectl delete ${where} ${pods.map((pod) => `pod/${pod}`).join(' ')}`],
    advice: `${kind} ${name} makes them again`,
  };
}

/**
 * Moves what stands on a workload to where its pods get it, all at once. What the pod template
 * contradicts only goes, so that pods stay as they are, and what nobody knows is left to its author.
 */
export function moveToTemplate({ owner, keys }: Misplaced, namespace: string): Mend {
  const { kind, name } = owner;
  const known = keys.filter(({ unknown }) => unknown === undefined);
  if (known.length === 0) return { commands: edit(owner, namespace) };
  if (kind === 'Job') {
    return { commands: [], advice: 'the template of a Job cannot be changed: create it again' };
  }
  const moved = known.filter(({ isContradicted }) => !isContradicted);
  const annotations = Object.fromEntries(moved.map(({ key, value }) => [key, value]));
  const template = { metadata: { annotations } };
  const spec = kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template };
  const gone = Object.fromEntries(known.map(({ key }) => [key, null]));
  const all = { metadata: { annotations: gone }, ...(moved.length > 0 && { spec }) };
  const patch = JSON.stringify(all).replaceAll("'", "'\\''");
  const object = `${kind.toLowerCase()}/${name}`;
  return {
    commands: [`kubectl patch ${object} -n ${namespace} --type merge -p '${patch}'`],
    ...(kind === 'ReplicaSet' && { advice: 'the pods that it makes from then on get it' }),
  };
}
