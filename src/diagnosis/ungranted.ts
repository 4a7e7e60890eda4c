import type { Mutation } from '../core/admission/mutation.ts';
import { annotationNameOf } from '../core/decision/annotations.ts';
import { type Finding, kindOf, type Reason } from '../core/decision/reasons.ts';
import type { Wish } from './wish.ts';

/** Why a pod that asks by its own annotation cannot get it, with what would let it. */
export const OBSTACLES = {
  host_network: 'without hostNetwork it would get one; else take inject-ambassador away',
  windows: 'take inject-ambassador away',
  server_too_old: 'update the API server, or take inject-ambassador away',
  names_taken: 'rename one of these containers, and make the pod anew',
  annotations_full: 'shorten its annotations, or take ambassador-kubeconfig away',
  automount_disabled: 'an annotation on the pod itself asks for a token knowingly',
} as const satisfies Partial<Record<Reason, string>>;

/** What was asked for and is not given, by whose word it was. */
export interface Ungranted {
  /** The pod's, in words that podherald does not know. */
  readonly unheard: readonly Finding[];
  /** The namespace's, the same: all of its pods lack it. */
  readonly unheardOfNamespace: readonly Finding[];
  /** The pod's, and there is an obstacle. */
  readonly impossible: readonly Finding[];
  /** The namespace's, the same. A default is for those that can have it, and no fault of others. */
  readonly byDesign: readonly Finding[];
}

export function ungranted(
  { findings }: Mutation,
  wishes: readonly Wish[],
  prefix: string,
): Ungranted {
  const isAskedByPod = wishes.some(
    ({ key, on }) => on === 'pod' && annotationNameOf(key, prefix) === 'inject-ambassador',
  );
  const obstacles = findings.filter(({ reason }) => Object.hasOwn(OBSTACLES, reason));
  // Only a pod's own annotation asks for a kubeconfig, which annotations may be too full for.
  const isOfPod = ({ reason }: Finding): boolean => isAskedByPod || reason === 'annotations_full';
  return {
    unheard: findings.filter((found) => isUnheard(found) && !isOfNamespace(found)),
    unheardOfNamespace: findings.filter(
      (found) => found.reason === 'unknown_profile' && isOfNamespace(found),
    ),
    impossible: obstacles.filter(isOfPod),
    byDesign: obstacles.filter((found) => !isOfPod(found)),
  };
}

/** Faults count where the config lets pods in without what is at fault. */
function isUnheard(found: Finding): boolean {
  const { reason } = found;
  return reason === 'unknown_profile' || reason === 'unknown_key' || kindOf(found) === 'fault';
}

function isOfNamespace({ causes: [cause] }: Finding): boolean {
  return cause?.kind === 'annotation' && cause.namespace !== undefined;
}
