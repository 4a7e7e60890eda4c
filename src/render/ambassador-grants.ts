import type { Access } from '../core/decision/rules.ts';
import { didYouMean } from '../core/decision/values.ts';
import { REJECTED_EVERYWHERE } from '../core/injection/kubectl-proxy.ts';

/** A resource that `podherald rbac` can grant, and the verbs for reading and writing it. */
export interface GrantableResource {
  /** The plural name; for a subresource, `plural/subresource`. */
  readonly name: string;
  readonly group: string;
  readonly read: readonly string[];
  /** Empty if write access would allow more than it seems to. */
  readonly write: readonly string[];
  /** Cluster-scoped, so that only a ClusterRole can grant it. */
  readonly clusterWide?: true;
  /** What write access allows in addition to writing this resource. */
  readonly warning?: string;
}

/** The verbs for reading. */
const READ: readonly string[] = ['get', 'list', 'watch'];
/** The verbs for writing. */
const WRITE: readonly string[] = ['create', 'update', 'patch', 'delete'];

const PLAIN = { read: READ, write: WRITE };
const READABLE = { read: READ, write: [] };
const STARTS_PODS = {
  ...PLAIN,
  warning: `Whoever can write these can start pods. A pod can mount every Secret of the namespace and run as
any of its ServiceAccounts.`,
};
const SCALE = { read: ['get'], write: ['update', 'patch'] };

/** The resources that `--resources` accepts without a group. */
export const GRANTABLE: readonly GrantableResource[] = [
  { name: 'pods', group: '', ...STARTS_PODS },
  { name: 'pods/log', group: '', read: ['get'], write: [] },
  { name: 'pods/eviction', group: '', read: [], write: ['create'] },
  {
    name: 'services',
    group: '',
    ...PLAIN,
    warning:
      'Whoever can write Services can intercept other traffic with `externalIPs` (CVE-2020-8554).',
  },
  // Whoever can write these can redirect the traffic of a Service to any address (CVE-2021-25740).
  { name: 'endpoints', group: '', ...READABLE },
  { name: 'endpointslices', group: 'discovery.k8s.io', ...READABLE },
  { name: 'configmaps', group: '', ...PLAIN },
  { name: 'events', group: '', read: READ, write: ['create', 'patch'] },
  { name: 'persistentvolumeclaims', group: '', ...PLAIN },
  { name: 'serviceaccounts', group: '', ...READABLE },
  { name: 'limitranges', group: '', ...READABLE },
  { name: 'resourcequotas', group: '', ...READABLE },
  { name: 'replicationcontrollers', group: '', ...STARTS_PODS },
  { name: 'deployments', group: 'apps', ...STARTS_PODS },
  { name: 'deployments/scale', group: 'apps', ...SCALE },
  { name: 'replicasets', group: 'apps', ...STARTS_PODS },
  { name: 'replicasets/scale', group: 'apps', ...SCALE },
  { name: 'statefulsets', group: 'apps', ...STARTS_PODS },
  { name: 'statefulsets/scale', group: 'apps', ...SCALE },
  { name: 'daemonsets', group: 'apps', ...STARTS_PODS },
  { name: 'jobs', group: 'batch', ...STARTS_PODS },
  { name: 'cronjobs', group: 'batch', ...STARTS_PODS },
  { name: 'horizontalpodautoscalers', group: 'autoscaling', ...PLAIN },
  { name: 'ingresses', group: 'networking.k8s.io', ...PLAIN },
  { name: 'networkpolicies', group: 'networking.k8s.io', ...PLAIN },
  { name: 'poddisruptionbudgets', group: 'policy', ...PLAIN },
  { name: 'leases', group: 'coordination.k8s.io', ...PLAIN },
  {
    name: 'namespaces',
    group: '',
    ...PLAIN,
    clusterWide: true,
    warning: `Whoever can write Namespaces can change the Pod Security level of each, and delete everything in it.
To limit this to some namespaces, remove the verb create and add resourceNames.`,
  },
  { name: 'nodes', group: '', ...READABLE, clusterWide: true },
  { name: 'persistentvolumes', group: '', ...READABLE, clusterWide: true },
  { name: 'storageclasses', group: 'storage.k8s.io', ...READABLE, clusterWide: true },
];

/** Resources that are never granted, with the reason. The ambassador rejects most of them anyway. */
export const NEVER_GRANTED: Readonly<Record<string, string>> = {
  secrets: 'everything that can reach the ambassador could read them',
  'pods/exec': 'the ambassador rejects it',
  'pods/attach': 'the ambassador rejects it',
  'pods/portforward': 'the ambassador rejects it',
  'pods/proxy': 'the ambassador rejects it',
  'pods/ephemeralcontainers': 'the ambassador rejects it',
  'services/proxy': 'the ambassador rejects it',
  'nodes/proxy': 'the ambassador rejects it',
  'serviceaccounts/token': 'the ambassador rejects it',
  roles: 'RBAC objects can grant any other right',
  rolebindings: 'RBAC objects can grant any other right',
  clusterroles: 'RBAC objects can grant any other right',
  clusterrolebindings: 'RBAC objects can grant any other right',
};

/** A resource, the verbs to grant for it, and the comment that explains the rule. */
export interface Grant {
  readonly resource: GrantableResource;
  readonly verbs: readonly string[];
  readonly reason: string;
}

/** The result of `grantsOf`. */
export interface Grants {
  readonly grants: readonly Grant[];
  /** One sentence for each name that cannot be granted. */
  readonly faults: readonly string[];
}

const COMMONLY_READ = [
  ...['pods', 'services', 'events', 'endpointslices'],
  ...['deployments', 'replicasets', 'statefulsets', 'daemonsets', 'jobs', 'cronjobs'],
];

/** What each access reads by default. `read-only` omits ConfigMaps: those of a whole cluster reveal too much. */
const READ_BY_DEFAULT: Readonly<Record<Access, readonly string[]>> = {
  namespace: ['configmaps', ...COMMONLY_READ],
  'read-only': [...COMMONLY_READ, 'namespaces', 'nodes'],
  full: COMMONLY_READ,
};

const OWN_STATE = 'State of the app, and the lock of its leader election.';
const RESTART = 'Restarts and scales existing workloads.';
const TYPICAL = 'Objects that an app typically looks up.';
const REQUESTED = 'Requested by --resources.';

/** What `full` allows by default in addition to reading. None of it can start a pod. */
const WRITTEN_BY_DEFAULT: readonly NamedGrant[] = [
  ['configmaps', [...READ, ...WRITE], OWN_STATE],
  ['leases', [...READ, ...WRITE], OWN_STATE],
  ['pods', ['delete'], RESTART],
  ['pods/eviction', ['create'], RESTART],
  ['deployments/scale', ['get', 'update', 'patch'], RESTART],
  ['statefulsets/scale', ['get', 'update', 'patch'], RESTART],
];

type NamedGrant = readonly [name: string, verbs: readonly string[], reason: string];

/** The grants of `podherald rbac` without `--resources`. */
export function defaultGrants(access: Access): readonly Grant[] {
  const read = READ_BY_DEFAULT[access].map((name): NamedGrant => [name, READ, TYPICAL]);
  const written = access === 'full' ? WRITTEN_BY_DEFAULT : [];
  return [...read, ...written].flatMap(([name, verbs, reason]) => {
    const resource = GRANTABLE.find((one) => one.name === name);
    return resource === undefined ? [] : { resource, verbs, reason };
  });
}

/** The grants for `--resources`: of each resource, the verbs that the access lets through. */
export function grantsOf(names: readonly string[], access: Access): Grants {
  const found = [...new Set(names)].map((name) => grantOf(name, access));
  return {
    grants: found.filter((one): one is Grant => typeof one !== 'string'),
    faults: found.filter((one) => typeof one === 'string'),
  };
}

function grantOf(name: string, access: Access): Grant | string {
  const resource = findResource(name);
  if (typeof resource === 'string') return resource;
  if (resource.clusterWide && access === 'namespace') {
    return `${name} are cluster-scoped, so --access namespace cannot reach them; use --access read-only`;
  }
  const verbs = access === 'full' ? [...resource.read, ...resource.write] : resource.read;
  if (verbs.length === 0) return `${name} can only be written, which needs --access full`;
  const warning = access === 'full' ? resource.warning : undefined;
  return { resource, verbs, reason: warning ?? REQUESTED };
}

/**
 * Finds the resource for `plural`, `plural.group` or either with a subresource. An unknown group is
 * that of a custom resource.
 *
 * @returns the resource, or why it cannot be granted.
 */
function findResource(text: string): GrantableResource | string {
  const [, plural = '', group, subresource = ''] =
    /^([^./]*)(?:\.([^/]*))?(\/.*)?$/.exec(text) ?? [];
  const name = `${plural}${subresource}`;
  const known = GRANTABLE.find(
    (resource) => resource.name === name && (group === undefined || resource.group === group),
  );
  if (known !== undefined) return known;
  const reason = NEVER_GRANTED[name];
  if (reason !== undefined && (group === undefined || isKubernetesOwn(group))) {
    return `${text} is never granted: ${reason}`;
  }
  if (REJECTED_EVERYWHERE.includes(subresource.slice(1))) {
    return `${text} is never granted: the ambassador rejects it`;
  }
  if (text.includes('*')) return `${text} is never granted: name each resource`;
  if (group === undefined) {
    const hint = didYouMean(name, KNOWN);
    return `${text} is not a known resource${hint || '; for a custom resource, write plural.group'}`;
  }
  return CUSTOM_NAME.test(text)
    ? { name, group, read: READ, write: WRITE }
    : `${text} is not a resource name: expected plural.group in lower case`;
}

/** The names that `--resources` accepts without a group. */
export const KNOWN = GRANTABLE.map(({ name }) => name);
const CUSTOM_NAME = /^[a-z][a-z0-9-]*(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+(\/[a-z]+)?$/;

function isKubernetesOwn(group: string): boolean {
  return group === '' || group.endsWith('.k8s.io');
}
