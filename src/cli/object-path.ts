import { InvalidArgumentError } from 'commander';

/** An object of the cluster as kubectl names it. */
export interface ObjectName {
  readonly kind: string;
  readonly name: string;
  /** Where the API server has it. */
  path(namespace: string): string;
}

/** Objects as the API server keeps them. */
export interface ObjectKind {
  readonly kind: string;
  readonly apiVersion: string;
  /** Each name that kubectl knows it by: the plural, which paths have, and the singular first. */
  readonly names: readonly [plural: string, singular: string, short?: string];
}

/** Those with a pod template that people write. */
export const WORKLOAD_KINDS: readonly ObjectKind[] = [
  { kind: 'Deployment', apiVersion: 'apps/v1', names: ['deployments', 'deployment', 'deploy'] },
  { kind: 'ReplicaSet', apiVersion: 'apps/v1', names: ['replicasets', 'replicaset', 'rs'] },
  { kind: 'StatefulSet', apiVersion: 'apps/v1', names: ['statefulsets', 'statefulset', 'sts'] },
  { kind: 'DaemonSet', apiVersion: 'apps/v1', names: ['daemonsets', 'daemonset', 'ds'] },
  { kind: 'Job', apiVersion: 'batch/v1', names: ['jobs', 'job'] },
  { kind: 'CronJob', apiVersion: 'batch/v1', names: ['cronjobs', 'cronjob', 'cj'] },
];

const KINDS: readonly ObjectKind[] = [
  { kind: 'Pod', apiVersion: 'v1', names: ['pods', 'pod', 'po'] },
  {
    kind: 'ReplicationController',
    apiVersion: 'v1',
    names: ['replicationcontrollers', 'replicationcontroller', 'rc'],
  },
  ...WORKLOAD_KINDS,
];

/** Where the API server lists the objects of a kind: those of a namespace, or all. */
export function listPath(apiVersion: string, plural: string, namespace?: string): string {
  const group = apiVersion.includes('/') ? 'apis' : 'api';
  const below = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `/${group}/${apiVersion}${below}/${plural}`;
}

/** Reads `pod/web` and the like. */
export function objectName(text: string): ObjectName {
  const [type = '', name = '', ...others] = text.split('/');
  const found = KINDS.find(({ names }) => names.includes(type.toLowerCase()));
  if (found === undefined || name === '' || others.length > 0) {
    const kinds = KINDS.map(({ names: [, singular] }) => singular).join(', ');
    throw new InvalidArgumentError(`It has the form pod/NAME; the kinds are ${kinds}.`);
  }
  return named(found, name);
}

/** The same by the kind as an ownerReference has it; undefined where that is not known. */
export function objectOf(kind: string, name: string): ObjectName | undefined {
  const found = KINDS.find((one) => one.kind === kind);
  return found && named(found, name);
}

function named({ kind, apiVersion, names: [plural] }: ObjectKind, name: string): ObjectName {
  return {
    kind,
    name,
    path: (namespace) => `${listPath(apiVersion, plural, namespace)}/${encodeURIComponent(name)}`,
  };
}
