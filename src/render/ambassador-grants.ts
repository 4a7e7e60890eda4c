import type { Access } from '../core/decision/rules.ts';
import { didYouMean } from '../core/decision/values.ts';
import { REJECTED_EVERYWHERE } from '../core/injection/kubectl-proxy.ts';

/** What `podherald rbac` knows of a resource of Kubernetes. */
export interface GrantableResource {
  /** As RBAC spells it, a subresource with its slash. */
  readonly name: string;
  readonly group: string;
  readonly read: readonly string[];
  /** None where a right to write would be worth more than it says. */
  readonly write: readonly string[];
  /** It belongs to no namespace, so that only a ClusterRole can grant it. */
  readonly clusterWide?: true;
  /** What a right to write it is worth beyond what it says. */
  readonly warning?: string;
}

export const READ: readonly string[] = ['get', 'list', 'watch'];
export const WRITE: readonly string[] = ['create', 'update', 'patch', 'delete'];

const PLAIN = { read: READ, write: WRITE };
const READABLE = { read: READ, write: [] };
const STARTS_PODS = {
  ...PLAIN,
  warning: `Whoever may write these starts pods, and a pod may mount every Secret of the namespace and be
any of its ServiceAccounts.`,
};
const SCALE = { read: ['get'], write: ['update', 'patch'] };

/** RBAC's own checks aside, each of these can be had by those who ask, and nothing else. */
export const GRANTABLE: readonly GrantableResource[] = [
  { name: 'pods', group: '', ...STARTS_PODS },
  { name: 'pods/log', group: '', read: ['get'], write: [] },
  { name: 'pods/eviction', group: '', read: [], write: ['create'] },
  {
    name: 'services',
    group: '',
    ...PLAIN,
    warning: 'Whoever may write these can take other traffic, by externalIPs (CVE-2020-8554).',
  },
  // Who writes these sends the traffic of a Service wherever he likes (CVE-2021-25740).
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
    warning: `Whoever may write these sets the Pod Security of every namespace, and deletes all that is in one.
RBAC cannot narrow that to some namespaces, but for resourceNames without create.`,
  },
  { name: 'nodes', group: '', ...READABLE, clusterWide: true },
  { name: 'persistentvolumes', group: '', ...READABLE, clusterWide: true },
  { name: 'storageclasses', group: 'storage.k8s.io', ...READABLE, clusterWide: true },
];

/** What is never granted, and why. The ambassador would refuse most of it anyway. */
export const NEVER_GRANTED: Readonly<Record<string, string>> = {
  secrets: 'whoever reaches the ambassador would read them',
  'pods/exec': 'the ambassador refuses it',
  'pods/attach': 'the ambassador refuses it',
  'pods/portforward': 'the ambassador refuses it',
  'pods/proxy': 'the ambassador refuses it',
  'pods/ephemeralcontainers': 'the ambassador refuses it',
  'services/proxy': 'the ambassador refuses it',
  'nodes/proxy': 'the ambassador refuses it',
  'serviceaccounts/token': 'the ambassador refuses it',
  roles: 'that is a right to other rights',
  rolebindings: 'that is a right to other rights',
  clusterroles: 'that is a right to other rights',
  clusterrolebindings: 'that is a right to other rights',
};

/** One resource, what may be done with it, and the comment that says why. */
export interface Grant {
  readonly resource: GrantableResource;
  readonly verbs: readonly string[];
  readonly reason: string;
}

export interface Grants {
  readonly grants: readonly Grant[];
  /** Sentences for whoever wrote the names. */
  readonly faults: readonly string[];
}

const SURROUNDINGS = [
  ...['pods', 'services', 'events', 'endpointslices'],
  ...['deployments', 'replicasets', 'statefulsets', 'daemonsets', 'jobs', 'cronjobs'],
];

/** What each access reads where nobody says otherwise. ConfigMaps of a whole cluster hold too much. */
const READ_BY_DEFAULT: Readonly<Record<Access, readonly string[]>> = {
  namespace: ['configmaps', ...SURROUNDINGS],
  'read-only': [...SURROUNDINGS, 'namespaces', 'nodes'],
  full: SURROUNDINGS,
};

const OWN_STATE = 'Its own state, and the lock of a leader election.';
const RESTART = 'Restarts what is there, and makes it more or fewer.';
const LOOKED_UP = 'What an app looks up of its surroundings.';
const ASKED = 'Asked for by --resources.';

/** What `full` may do beyond reading where nobody says otherwise: nothing that starts a pod. */
const DONE_BY_DEFAULT: readonly Written[] = [
  ['configmaps', [...READ, ...WRITE], OWN_STATE],
  ['leases', [...READ, ...WRITE], OWN_STATE],
  ['pods', ['delete'], RESTART],
  ['pods/eviction', ['create'], RESTART],
  ['deployments/scale', ['get', 'update', 'patch'], RESTART],
  ['statefulsets/scale', ['get', 'update', 'patch'], RESTART],
];

type Written = readonly [name: string, verbs: readonly string[], reason: string];

export function defaultGrants(access: Access): readonly Grant[] {
  const read = READ_BY_DEFAULT[access].map((name): Written => [name, READ, LOOKED_UP]);
  const done = access === 'full' ? DONE_BY_DEFAULT : [];
  return [...read, ...done].flatMap(([name, verbs, reason]) => {
    const resource = GRANTABLE.find((known) => known.name === name);
    return resource === undefined ? [] : { resource, verbs, reason };
  });
}

/** The grants of the resources named, as far as the access can use them. */
export function grantsOf(names: readonly string[], access: Access): Grants {
  const found = [...new Set(names)].map((name) => grantOf(name, access));
  return {
    grants: found.filter((one): one is Grant => typeof one !== 'string'),
    faults: found.filter((one) => typeof one === 'string'),
  };
}

function grantOf(name: string, access: Access): Grant | string {
  const resource = named(name);
  if (typeof resource === 'string') return resource;
  if (resource.clusterWide && access === 'namespace') {
    return `${name} belong to no namespace, so --access namespace cannot reach them; --access read-only can`;
  }
  const verbs = access === 'full' ? [...resource.read, ...resource.write] : resource.read;
  if (verbs.length === 0) return `${name} can only be written, which takes --access full`;
  const warning = access === 'full' ? resource.warning : undefined;
  return { resource, verbs, reason: warning ?? ASKED };
}

/** `plural`, `plural.group` or either with a subresource. A group that is not known is somebody's own. */
function named(text: string): GrantableResource | string {
  const [, plural = '', group, subresource = ''] =
    /^([^./]*)(?:\.([^/]*))?(\/.*)?$/.exec(text) ?? [];
  const name = `${plural}${subresource}`;
  const known = GRANTABLE.find(
    (resource) => resource.name === name && (group === undefined || resource.group === group),
  );
  if (known !== undefined) return known;
  const why = NEVER_GRANTED[name];
  if (why !== undefined && (group === undefined || isKubernetesOwn(group))) {
    return `${text} is never granted: ${why}`;
  }
  if (REJECTED_EVERYWHERE.includes(subresource.slice(1))) {
    return `${text} is never granted: the ambassador refuses it`;
  }
  if (text.includes('*')) return `${text} is never granted: name every resource`;
  if (group === undefined) {
    const hint = didYouMean(name, KNOWN);
    return `${text} is not a resource that podherald knows${hint === '' ? '; of a custom one write plural.group' : hint}`;
  }
  return OWN_NAME.test(text)
    ? { name, group, read: READ, write: WRITE }
    : `${text} is no name of a resource: write plural.group in lower case`;
}

/** The names that need no group. */
export const KNOWN = GRANTABLE.map(({ name }) => name);
const OWN_NAME = /^[a-z][a-z0-9-]*(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+(\/[a-z]+)?$/;

function isKubernetesOwn(group: string): boolean {
  return group === '' || group.endsWith('.k8s.io');
}
