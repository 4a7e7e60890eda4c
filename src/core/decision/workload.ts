import { isObject, type Json } from '../api/json.ts';
import type { Pod } from '../api/pod.ts';

/** The workload that a pod belongs to, such as a Deployment. */
export interface WorkloadRef {
  /** `Pod` for a pod without a controller; undefined if it is not known. */
  readonly kind?: string | undefined;
  /** The API group of the kind; '' for the core group. */
  readonly group?: string | undefined;
  /** Undefined if it is not known: the name of a pod may be generated later. */
  readonly name?: string | undefined;
}

/** The controller of a pod, with the fields of an `ownerReference`. */
export interface OwnerRef {
  readonly apiVersion: string;
  readonly kind: string;
  /** Undefined if a manifest has no name. */
  readonly name: string | undefined;
}

/**
 * A controller that creates other controllers. Its name is in the name of the owner of the pod; that is a convention of
 * these controllers, not a rule of Kubernetes.
 */
interface Convention {
  readonly owner: string;
  readonly group: string;
  readonly workload: string;
  readonly workloadGroup: string;
  /** The label of the pod with the text after the last `-` in the name of its owner. */
  readonly label?: string;
}

export const CONVENTIONS = [
  {
    owner: 'ReplicaSet',
    group: 'apps',
    workload: 'Deployment',
    workloadGroup: 'apps',
    label: 'pod-template-hash',
  },
  {
    owner: 'ReplicaSet',
    group: 'apps',
    workload: 'Rollout',
    workloadGroup: 'argoproj.io',
    label: 'rollouts-pod-template-hash',
  },
  { owner: 'Job', group: 'batch', workload: 'CronJob', workloadGroup: 'batch' },
] as const satisfies readonly Convention[];

/**
 * What the CronJob controller appends to the names of its Jobs: the scheduled minute since 1970
 * (pkg/controller/cronjob, getJobName), here from June 2019 to January 2046. A date such as 20260131 is smaller.
 */
export const CRON_ENDING = '[\\s\\S]-(?:2[6-9]|3[0-9])[0-9]{6}$';

const CRON_JOB = new RegExp(CRON_ENDING);
const ENDING_LENGTH = '-29735040'.length;

/**
 * The workload of a pod by its controlling owner.
 *
 * | owner                                                | workload           |
 * | ---------------------------------------------------- | ------------------ |
 * | ReplicaSet `web-<label pod-template-hash>`           | Deployment `web`   |
 * | ReplicaSet `web-<label rollouts-pod-template-hash>`  | Rollout `web`      |
 * | Job `backup-29735040`                                | CronJob `backup`   |
 * | any other                                            | the owner itself   |
 * | none                                                 | Pod, without name  |
 *
 * @param owner the controller, if the pod is the template of a manifest.
 */
export function workloadOf({ metadata }: Pod, owner = controllerIn(metadata)): WorkloadRef {
  if (owner === undefined) return { kind: 'Pod', group: '' };
  const { kind, name, apiVersion } = owner;
  // Nothing creates pods of a PodTemplate by itself.
  if (kind === 'PodTemplate') return {};
  const group = groupOf(apiVersion);
  for (const one of CONVENTIONS) {
    if (name === undefined || one.owner !== kind || group !== one.group) continue;
    const base = 'label' in one ? beforeLabel(name, metadata?.labels, one.label) : ofCronJob(name);
    if (base !== undefined) return { kind: one.workload, group: one.workloadGroup, name: base };
  }
  return { kind, group, name };
}

function controllerIn(metadata: Pod['metadata']): OwnerRef | undefined {
  const references = metadata?.ownerReferences;
  if (!Array.isArray(references)) return undefined;
  const owner = references.find((one) => isObject(one) && one['controller'] === true);
  if (!isObject(owner)) return undefined;
  const { apiVersion, kind, name } = owner;
  // The API server rejects other types.
  if (typeof kind !== 'string' || typeof name !== 'string') return undefined;
  return { apiVersion: typeof apiVersion === 'string' ? apiVersion : '', kind, name };
}

/** The API group of an `apiVersion`; '' for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/', 1)[0] ?? '') : '';
}

function beforeLabel(name: string, labels: Json | undefined, label: string): string | undefined {
  const hash = isObject(labels) && Object.hasOwn(labels, label) ? labels[label] : undefined;
  if (typeof hash !== 'string' || hash === '') return undefined;
  const end = `-${hash}`;
  return name.endsWith(end) && name.length > end.length ? name.slice(0, -end.length) : undefined;
}

function ofCronJob(name: string): string | undefined {
  return CRON_JOB.test(name) ? name.slice(0, -ENDING_LENGTH) : undefined;
}
