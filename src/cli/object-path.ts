import { InvalidArgumentError } from 'commander';

/** An object of the cluster as kubectl names it. */
export interface ObjectName {
  readonly kind: string;
  readonly name: string;
  readonly apiVersion: string;
  /** Where the API server has it. */
  path(namespace: string): string;
}

/** By each name that kubectl knows them by. */
const KINDS: readonly (readonly [string, string, readonly string[]])[] = [
  ['Pod', '/api/v1', ['pods', 'pod', 'po']],
  ['ReplicationController', '/api/v1', ['replicationcontrollers', 'replicationcontroller', 'rc']],
  ['Deployment', '/apis/apps/v1', ['deployments', 'deployment', 'deploy']],
  ['ReplicaSet', '/apis/apps/v1', ['replicasets', 'replicaset', 'rs']],
  ['StatefulSet', '/apis/apps/v1', ['statefulsets', 'statefulset', 'sts']],
  ['DaemonSet', '/apis/apps/v1', ['daemonsets', 'daemonset', 'ds']],
  ['Job', '/apis/batch/v1', ['jobs', 'job']],
  ['CronJob', '/apis/batch/v1', ['cronjobs', 'cronjob', 'cj']],
];

/** Reads `pod/web` and the like. */
export function objectName(text: string): ObjectName {
  const [type = '', name = '', ...others] = text.split('/');
  const found = KINDS.find(([, , names]) => names.includes(type.toLowerCase()));
  if (found === undefined || name === '' || others.length > 0) {
    const kinds = KINDS.map(([, , [, one]]) => one).join(', ');
    throw new InvalidArgumentError(`It has the form pod/NAME; the kinds are ${kinds}.`);
  }
  return named(found, name);
}

/** The same by the kind as an ownerReference has it; undefined where that is not known. */
export function objectOf(kind: string, name: string): ObjectName | undefined {
  const found = KINDS.find(([one]) => one === kind);
  return found && named(found, name);
}

function named([kind, group, [plural]]: (typeof KINDS)[number], name: string): ObjectName {
  return {
    kind,
    name,
    apiVersion: group.replace(/^\/apis?\//, ''),
    path: (namespace) =>
      `${group}/namespaces/${encodeURIComponent(namespace)}/${plural}/${encodeURIComponent(name)}`,
  };
}
