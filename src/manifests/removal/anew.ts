import { statusKey } from '../../core/admission/status.ts';
import type { Pod } from '../../core/api/pod.ts';
import type { Namespace } from '../../core/decision/decide.ts';
import { kubeconfigKey } from '../../core/decision/decide-ambassador.ts';
import { podParts } from '../../core/decision/pod-parts.ts';
import type { Rules } from '../../core/decision/rules.ts';
import { barePod } from './bare-pod.ts';
import { injected } from './injected.ts';

/** A pod without anything that podherald could have added, and with all that it adds to that. */
export interface Anew {
  readonly bare: Pod;
  readonly full: Pod;
}

/** @param sidecar the index of the init container that may be the ambassador. */
export function anewOf(
  pod: Pod,
  sidecar: number | undefined,
  namespace: Namespace,
  rules: Rules,
): Anew {
  const bare = barePod(pod, sidecar, writtenKeys(rules));
  return { bare, full: injected(bare, namespace, rules) };
}

/** The index of the init container that may be the ambassador. */
export function sidecarIn(pod: Pod): number | undefined {
  return podParts(pod).ambassador?.at.index;
}

/** The annotations that podherald writes. */
export function writtenKeys(rules: Rules): readonly string[] {
  return [statusKey(rules), kubeconfigKey(rules)];
}
