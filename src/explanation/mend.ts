import type { Reason } from '../decision/reasons.ts';
import type { Owner } from './owner.ts';
import { SCOPE_LABEL } from './reach.ts';
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
  return { ...again, commands: [...first, ...again.commands] };
}

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
  mirror_pod: 'a static pod is changed on its node alone',
};

const FIRST: Partial<Record<WhyNotReason, (owner: Owner, namespace: string) => readonly string[]>> =
  {
    not_installed: () => ['podherald manifests | kubectl apply -f -'],
    namespace_not_labelled: (_, namespace) => [
      `kubectl label namespace ${namespace} ${SCOPE_LABEL.key}=${SCOPE_LABEL.value}`,
    ],
    faulty: edit,
    not_understood: edit,
    namespace_not_understood: (_, namespace) => [`kubectl edit namespace/${namespace}`],
  };

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
  if (kind === 'Job') return { commands: [], advice: 'delete it, and create it again' };
  return {
    commands: [`kubectl delete ${where} ${pods.map((pod) => `pod/${pod}`).join(' ')}`],
    advice: `${kind} ${name} makes them again`,
  };
}

/** Puts a key that stands on a workload where its pods get it. */
export function moveToTemplate(
  { kind, name }: Owner,
  namespace: string,
  [key, value]: readonly [string, string],
): Mend {
  if (kind === 'Job') {
    return { commands: [], advice: 'the template of a Job cannot be changed: create it again' };
  }
  const template = { metadata: { annotations: { [key]: value } } };
  const spec = kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template };
  const patch = JSON.stringify({ spec }).replaceAll("'", "'\\''");
  const object = `${kind.toLowerCase()}/${name}`;
  return { commands: [`kubectl patch ${object} -n ${namespace} --type merge -p '${patch}'`] };
}
