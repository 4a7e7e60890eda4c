/** The fields of Kubernetes objects that the tests use. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
}

export interface Metadata {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
}

export interface Pod extends KubeObject {
  readonly spec: PodSpec;
  readonly status?: {
    readonly podIP?: string;
    readonly hostIP?: string;
    readonly phase?: string;
    readonly qosClass?: string;
  };
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly { readonly name: string }[];
  readonly nodeName?: string;
  readonly [field: string]: unknown;
}

export interface Container {
  readonly name: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly [field: string]: unknown;
}

export interface List<T> {
  readonly items: readonly T[];
}

/** The annotation with which a pod requests its metadata. */
export const REQUEST_METADATA = { 'inject-metadata': 'true' };

/** The annotation with which a pod requests an ambassador. */
export const REQUEST_AMBASSADOR = { 'inject-ambassador': 'true' };

/** A busybox container that sleeps, unless `more` sets another command. */
export function container(name: string, more: Omit<Container, 'name'> = {}): Container {
  return {
    name,
    image: 'busybox:latest',
    imagePullPolicy: 'IfNotPresent',
    command: ['sleep', '3600'],
    ...more,
  };
}

/** The spec of a pod without a grace period, which is deleted at once. */
export function podSpec(containers: readonly Container[], more: object = {}): PodSpec {
  return { terminationGracePeriodSeconds: 0, containers, ...more };
}

export function pod(metadata: Metadata, spec: PodSpec): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec };
}

/** A Deployment of one pod, which has these annotations and the label `app` with this name. */
export function deployment(name: string, annotations: Record<string, string>): KubeObject {
  const labels = { app: name };
  const template = { metadata: { labels, annotations }, spec: podSpec([container('app')]) };
  const spec = { selector: { matchLabels: labels }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, ...{ spec } };
}

/** The security context that Pod Security level `restricted` requires of a container. */
export const RESTRICTED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  runAsUser: 10_001,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** The pod of the first example in the README. */
export function firstPod(name: string): Pod {
  return pod(
    { name, labels: { foo: 'bar' }, annotations: REQUEST_METADATA },
    podSpec([
      container('app', {
        resources: {
          requests: { cpu: '15m', memory: '100Ki' },
          limits: { cpu: '100m', memory: '8Mi' },
        },
      }),
    ]),
  );
}

/** Returns podherald's status annotation, or an empty object without one. */
export function statusOf({ metadata }: Pod): PodStatus {
  return JSON.parse(metadata.annotations?.['podherald.dev/status'] ?? '{}');
}

export interface PodStatus {
  readonly notInjected?: readonly { readonly reason: string; readonly message: string }[];
}

/** Returns the names of the environment variables of all containers, except init containers. */
export function envNames(spec: PodSpec): string[] {
  return spec.containers.flatMap(({ env }) => env ?? []).map(({ name }) => name);
}

/** Removes what a user removes from `kubectl get -o yaml` before creating the pod again. */
export function withoutServerFields(
  { apiVersion, kind, metadata, spec }: Pod,
  name = metadata.name ?? '',
): Pod {
  const { labels = {}, annotations = {} } = metadata;
  const { nodeName, ...rest } = spec;
  return { apiVersion, kind, metadata: { name, labels, annotations }, spec: { ...rest } };
}
