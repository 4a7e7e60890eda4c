/** Which pods the API server sends to podherald: the names that the manifests and `explain` share. */

/** With `--scope labelled`, the API server sends every pod of a namespace that has this label. */
export const SCOPE_LABEL = { key: 'podherald.dev/inject', value: 'enabled' } as const;

/** The names of the `matchConditions` that podherald renders. */
export const MATCH_CONDITIONS = {
  notMirrorPod: 'not-a-mirror-pod',
  hasAnnotation: 'asks-podherald',
  concernsPodherald: 'concerns-podherald',
  isChanged: 'is-changed',
  hasNoController: 'has-no-controller',
} as const;

/** The webhook that only warns about workloads and Namespaces. */
export const WORKLOAD_WEBHOOK = 'workloads.podherald.dev';

/** Never sent, so that the control plane and the nodes come up without podherald. */
export const SYSTEM_NAMESPACES: readonly string[] = ['kube-system', 'kube-node-lease'];
