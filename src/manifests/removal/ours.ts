import type { ContainerPosition } from '../../core/decision/pod-parts.ts';

/** What of a pod is podherald's, by where it stands in the pod. */
export interface Ours {
  readonly containers: readonly OursInContainer[];
  /** Indexes of `volumes`. */
  readonly volumes: readonly number[];
  /** The index of the ambassador in `initContainers`. */
  readonly sidecar?: number;
  readonly annotations: readonly string[];
}

export interface OursInContainer {
  readonly at: ContainerPosition;
  readonly name: string;
  /** Indexes of `env`. */
  readonly env: readonly number[];
  /** Indexes of `volumeMounts`. */
  readonly volumeMounts: readonly number[];
}

export const NOTHING_OURS: Ours = { containers: [], volumes: [], annotations: [] };

export function isNothing({ containers, volumes, sidecar, annotations }: Ours): boolean {
  const inContainers = containers.some(
    ({ env, volumeMounts }) => env.length + volumeMounts.length > 0,
  );
  return !inContainers && volumes.length === 0 && sidecar === undefined && annotations.length === 0;
}
