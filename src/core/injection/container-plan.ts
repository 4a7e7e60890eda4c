import type { EnvItem } from '../decision/profile.ts';
import type { FilesPlan } from './plan-files.ts';

/** What one container should get for one of the pod's wishes. */
export interface ContainerPlan extends FilesPlan {
  readonly env: readonly EnvItem[];
}

export const NOTHING_PLANNED: ContainerPlan = { env: [], volumeMounts: [], findings: [] };
