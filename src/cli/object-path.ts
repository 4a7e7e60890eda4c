import { InvalidArgumentError } from 'commander';

/** An object of the cluster, as kubectl names it. */
export interface ObjectName {
  readonly kind: string;
  readonly name: string;
  /** The path of the object in the API. */
  path(namespace: string): string;
}

export interface ObjectKind {
  readonly kind: string;
  readonly apiVersion: string;
  /** The names that kubectl accepts. The plural is the one in paths. */
  readonly names: readonly [plural: string, singular: string, short?: string];
}

/** The workloads with a pod template that people write. */
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

/** The path that lists the objects of a kind: in one namespace, or in all if none is given. */
export function listPath(apiVersion: string, plural: string, namespace?: string): string {
  const group = apiVersion.includes('/') ? 'apis' : 'api';
  const below = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `/${group}/${apiVersion}${below}/${plural}`;
}

/**
 * Parses a command line argument such as `pod/web`.
 *
 * @throws InvalidArgumentError if it has another form, or names an unsupported kind.
 */
export function objectName(text: string): ObjectName {
  const [type = '', name = '', ...others] = text.split('/');
  const found = KINDS.find(({ names }) => names.includes(type.toLowerCase()));
  if (found === undefined || name === '' || others.length > 0) {
    const kinds = KINDS.map(({ names: [, singular] }) => singular).join(', ');
    throw new InvalidArgumentError(`Expected KIND/NAME, such as pod/web. The kinds are: ${kinds}.`);
  }
  return named(found, name);
}

/**
 * The object that an `ownerReference` names.
 *
 * @returns undefined if podherald does not support its kind.
 */
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
