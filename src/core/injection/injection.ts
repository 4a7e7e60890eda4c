import type { Container, EnvVar, Volume, VolumeMount } from '../api/pod.ts';
import type { AmbassadorPlace } from '../decision/ambassador.ts';
import type { Finding } from '../decision/findings.ts';
import type { ContainerPosition } from '../decision/pod-parts.ts';
import type { EnvItem } from '../decision/profiles.ts';
import type { ContainerFiles } from './plan-files.ts';

/**
 * What is added to one pod, as plain data. The webhook renders it as JSON Patch, `inject` as an
 * edited document, and `explain` as a table.
 */
export interface Injection {
  readonly containers: readonly ContainerInjection[];
  readonly volumes: readonly Volume[];
  readonly annotations: ReadonlyMap<string, string>;
  readonly ambassador?: InjectedAmbassador;
  /** The index in `spec.initContainers` of an ambassador that lacks `restartPolicy: Always`. */
  readonly restartIndex?: number;
}

/** An ambassador, and its place among the init containers. */
export interface InjectedAmbassador extends AmbassadorPlace {
  readonly container: Container;
}

/** What is added to one container. */
export interface ContainerInjection {
  readonly name: string;
  readonly at: ContainerPosition;
  /** Inserted before the container's own variables. */
  readonly env: readonly EnvVar[];
  /** Appended to the container's own mounts. */
  readonly volumeMounts: readonly VolumeMount[];
}

export const NO_ANNOTATIONS: ReadonlyMap<string, string> = new Map();

export const NO_INJECTION: Injection = {
  containers: [],
  volumes: [],
  annotations: NO_ANNOTATIONS,
};

/** Whether an injection adds more than annotations. */
export function changesSpec(injection: Injection): boolean {
  const { containers, volumes, ambassador, restartIndex } = injection;
  const isAmbassadorChanged = ambassador !== undefined || restartIndex !== undefined;
  return containers.length > 0 || volumes.length > 0 || isAmbassadorChanged;
}

/** What one of the two features adds to a pod. */
export interface FeaturePlan {
  /** One for each app container, in their order; undefined for a container that gets nothing. */
  readonly containers: readonly (ContainerPlan | undefined)[];
  readonly volumes: readonly Volume[];
  readonly annotations?: ReadonlyMap<string, string>;
  readonly ambassador?: InjectedAmbassador;
  readonly restartIndex?: number;
  /** The findings about the pod as a whole. */
  readonly findings: readonly Finding[];
}

/** What a feature adds to one container. */
export interface ContainerPlan extends ContainerFiles {
  readonly env: readonly EnvItem[];
}
