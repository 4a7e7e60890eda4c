import { SCOPE_LABEL } from '../core/api/webhook-scope.ts';
import type { Reason } from '../core/decision/reasons.ts';
import type { MisplacedAnnotations } from './misplaced-annotations.ts';
import type { ImpossibleReason } from './missing-injection.ts';
import type { MissingReason, MissingReasonCode } from './missing-reasons.ts';
import type { Owner } from './object-metadata.ts';

/** How to fix a problem: shell commands to run in this order, and advice for the steps that no command can do. */
export interface Remedy {
  readonly commands: readonly string[];
  readonly advice?: string;
}

/**
 * How pods get the injection that they are missing.
 *
 * @param pods the names of the pods that `owner` controls.
 */
export function remedyFor(
  { code, findings = [] }: MissingReason,
  owner: Owner,
  namespace: string,
  pods: readonly string[],
): Remedy {
  if (code === 'not_granted') {
    return { commands: [], advice: findings.flatMap(adviceFor).join('; ') };
  }
  const advice = ADVICE_ONLY[code];
  if (advice !== undefined) return { commands: [], advice };
  return join(FIRST[code]?.(owner, namespace), recreate(owner, namespace, pods), THEN[code]);
}

function join(
  first: readonly string[] = [],
  { commands, advice }: Remedy,
  then: string | undefined,
): Remedy {
  const sentences = [advice, then].filter((one) => one !== undefined);
  return {
    commands: [...first, ...commands],
    ...(sentences.length > 0 && { advice: sentences.join('; ') }),
  };
}

/** How to correct the annotations of a pod template that may have no pods. */
export function correctTemplate(owner: Owner, namespace: string): Remedy {
  const commands = editTemplate(owner, namespace);
  return commands.length > 0
    ? { commands }
    : { commands, advice: `${RECREATE_JOB} with valid annotations on its pod template` };
}

/** What makes a request possible, or removes it. */
const IMPOSSIBLE_ADVICE: Readonly<Record<ImpossibleReason, string>> = {
  host_network: 'remove hostNetwork from the pod, or remove inject-ambassador',
  windows: 'remove inject-ambassador',
  server_too_old: 'upgrade the API server, or remove inject-ambassador',
  names_taken: 'rename one of the containers ambassador and podherald-ambassador',
  annotations_full: 'shorten the annotations of the pod, or remove ambassador-kubeconfig',
  automount_disabled: 'set inject-ambassador on the pod itself',
};

function adviceFor(reason: Reason): string[] {
  const advice: Partial<Record<Reason, string>> = IMPOSSIBLE_ADVICE;
  return [advice[reason] ?? []].flat();
}

/** Reasons for which re-creating the pod does not help. */
const ADVICE_ONLY: Partial<Record<MissingReasonCode, string>> = {
  namespace_excluded: 'change the namespaceSelector of the MutatingWebhookConfiguration',
  pod_not_selected: 'change the objectSelector of the MutatingWebhookConfiguration',
  condition_not_met: 'change the matchConditions of the MutatingWebhookConfiguration',
  rules_exclude: 'change the rules of the MutatingWebhookConfiguration',
  podherald_fails: 'this is a bug in podherald: report it, with the manifest of the pod',
  mirror_pod: 'change the manifest of the static pod on its node',
};

/** The commands before the pods are re-created. */
const FIRST: Partial<
  Record<MissingReasonCode, (owner: Owner, namespace: string) => readonly string[]>
> = {
  namespace_not_labelled: (_, namespace) => [
    `kubectl label namespace ${namespace} ${SCOPE_LABEL.key}=${SCOPE_LABEL.value}`,
  ],
  faulty: editTemplate,
  not_understood: editTemplate,
  namespace_not_understood: (_, namespace) => [`kubectl edit namespace/${namespace}`],
};

/** What else to do, so that the re-created pods get their injection. */
const THEN: Partial<Record<MissingReasonCode, string>> = {
  not_installed:
    'first install podherald or, if it is installed, apply its manifests again with the options, the image and the config of the installation',
  policy_only:
    'if the new pods are missing their injection too, create such a pod with kubectl, which prints the warnings of the ValidatingAdmissionPolicies of podherald',
};

/** No command for a Job: its pod template cannot be changed, so the Job must be created again. */
function editTemplate(owner: Owner, namespace: string): string[] {
  return owner.kind === 'Job' ? [] : [editCommand(owner, namespace)];
}

function editCommand({ kind, name }: Owner, namespace: string): string {
  return `kubectl edit ${kind.toLowerCase()}/${name} -n ${namespace}`;
}

/** JSON that a terminal shows and a shell passes on as it is. */
function asciiJson(value: object): string {
  return JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const ROLLED_OUT = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

function recreate({ kind, name }: Owner, namespace: string, pods: readonly string[]): Remedy {
  const flag = `-n ${namespace}`;
  if (ROLLED_OUT.has(kind)) {
    return { commands: [`kubectl rollout restart ${kind.toLowerCase()}/${name} ${flag}`] };
  }
  if (kind === 'Pod') {
    return { commands: [`kubectl get pod/${name} ${flag} -o yaml | kubectl replace --force -f -`] };
  }
  if (kind === 'CronJob') {
    return {
      commands: [],
      advice: 'wait for the next Job of the CronJob: its pods will be injected',
    };
  }
  if (kind === 'Job') return { commands: [], advice: RECREATE_JOB };
  return {
    commands: [`kubectl delete ${flag} ${pods.map((pod) => `pod/${pod}`).join(' ')}`],
    advice: `${kind} ${name} re-creates the deleted pods`,
  };
}

const RECREATE_JOB =
  'the pod template of a Job cannot be changed: delete the Job and create it again';

/**
 * How to move misplaced annotations to the pod template, with one command. An annotation that the
 * pod template overrides is only removed, so that its pods do not change. An unknown annotation
 * stays, for its author to correct.
 */
export function moveToTemplate(
  { owner, annotations }: MisplacedAnnotations,
  namespace: string,
): Remedy {
  const { kind, name } = owner;
  const known = annotations.filter(({ unknown }) => unknown === undefined);
  if (known.length === 0) return { commands: [editCommand(owner, namespace)] };
  if (kind === 'Job') {
    return { commands: [], advice: `${RECREATE_JOB} with the annotations on its pod template` };
  }
  const moved = known.filter(({ overridden }) => !overridden);
  const template = {
    metadata: { annotations: Object.fromEntries(moved.map(({ key, value }) => [key, value])) },
  };
  const spec = kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template };
  const removed = Object.fromEntries(known.map(({ key }) => [key, null]));
  const merge = { metadata: { annotations: removed }, ...(moved.length > 0 && { spec }) };
  const patch = asciiJson(merge).replaceAll("'", "'\\''");
  const object = `${kind.toLowerCase()}/${name}`;
  return {
    commands: [`kubectl patch ${object} -n ${namespace} --type merge -p '${patch}'`],
    ...(kind === 'ReplicaSet' && {
      advice:
        'existing pods of the ReplicaSet do not change: only pods that it creates later are injected',
    }),
  };
}
