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
