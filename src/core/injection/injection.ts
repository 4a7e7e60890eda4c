import type { Container, EnvVar, Volume, VolumeMount } from '../api/pod.ts';
import type { EnvItem } from '../decision/profiles.ts';
import type { FilesPlan } from './plan-files.ts';

/** What one container should get for one of the pod's wishes. */
export interface ContainerPlan extends FilesPlan {
  readonly env: readonly EnvItem[];
}

export const NOTHING_PLANNED: ContainerPlan = { env: [], volumeMounts: [], findings: [] };

/**
 * What is added to one pod, as plain data: rendered as JSON Patch by the webhook and as an edited
 * document by `inject`.
 */
export interface Injection {
  readonly containers: readonly ContainerInjection[];
  readonly volumes: readonly Volume[];
  readonly annotations: ReadonlyMap<string, string>;
  /** It comes first among the init containers, so that all others can use it. */
  readonly sidecar?: Container;
}

export interface ContainerInjection {
  readonly at: ContainerPlace;
  /** They come before what the container has. */
  readonly env: readonly EnvVar[];
  /** They come after what the container has. */
  readonly volumeMounts: readonly VolumeMount[];
}

export interface ContainerPlace {
  readonly list: 'containers' | 'initContainers';
  readonly index: number;
}

export const NO_INJECTION: Injection = { containers: [], volumes: [], annotations: new Map() };

/** Whether anything is added, the annotations aside. */
export function addsParts({ containers, volumes, sidecar }: Injection): boolean {
  return containers.length > 0 || volumes.length > 0 || sidecar !== undefined;
}
