/** The parts of Kubernetes objects that the tests write and read. */
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

/** What a pod has to say to get its metadata. */
export const ASKING = { 'inject-metadata': 'true' };

/** What a pod has to say to get an ambassador. */
export const ASKING_FOR_AMBASSADOR = { 'inject-ambassador': 'true' };

/** A busybox that does nothing until it is stopped, unless `more` gives it a command. */
export function container(name: string, more: Omit<Container, 'name'> = {}): Container {
  return {
    name,
    image: 'busybox:latest',
    imagePullPolicy: 'IfNotPresent',
    command: ['sleep', '3600'],
    ...more,
  };
}

/** The spec of a pod that ends at once when it is deleted, as nothing in it needs a grace period. */
export function podSpec(containers: readonly Container[], more: object = {}): PodSpec {
  return { terminationGracePeriodSeconds: 0, containers, ...more };
}

export function pod(metadata: Metadata, spec: PodSpec): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec };
}

/** A Deployment of one pod, labelled with its name, that is annotated so. */
export function deployment(name: string, annotations: Record<string, string>): KubeObject {
  const labels = { app: name };
  const template = { metadata: { labels, annotations }, spec: podSpec([container('app')]) };
  const spec = { selector: { matchLabels: labels }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, ...{ spec } };
}

/** What Pod Security `restricted` wants to read in a container. */
export const RESTRICTED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  runAsUser: 10_001,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** The pod of the README's first example. */
export function firstPod(name: string): Pod {
  return pod(
    { name, labels: { foo: 'bar' }, annotations: ASKING },
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

/** What podherald has written into the status annotation, nothing where there is none. */
export function statusOf({ metadata }: Pod): PodStatus {
  return JSON.parse(metadata.annotations?.['podherald.dev/status'] ?? '{}');
}

export interface PodStatus {
  readonly notInjected?: readonly { readonly reason: string; readonly message: string }[];
}

export function envNames(spec: PodSpec): string[] {
  return spec.containers.flatMap(({ env }) => env ?? []).map(({ name }) => name);
}

/** What one would edit out of `kubectl get -o yaml` before applying it under another name. */
export function withoutServerFields(
  { apiVersion, kind, metadata, spec }: Pod,
  name = metadata.name ?? '',
): Pod {
  const { labels = {}, annotations = {} } = metadata;
  const { nodeName, ...rest } = spec;
  return { apiVersion, kind, metadata: { name, labels, annotations }, spec: { ...rest } };
}
