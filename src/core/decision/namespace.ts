import type { Annotations, Labels } from '../api/pod.ts';
import type { OwnerRef } from './workload.ts';

/** The namespace that a pod is created in. The review names it; the pod's own field is ignored. */
export interface Namespace {
  readonly name: string;
  /** The defaults for its pods. */
  readonly annotations?: Annotations;
  /** Those that podherald reads; undefined if they are not known. */
  readonly labels?: Labels;
  /** Why its annotations could not be read. */
  readonly unavailable?: string;
}

/** The namespace that a pod is created in, and what creates it. */
export interface Origin extends Namespace {
  /** The workload in a manifest whose pod template is injected. A pod names its controller itself. */
  readonly owner?: OwnerRef;
}
