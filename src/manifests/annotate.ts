import type { AddOperation } from '../core/api/json-patch.ts';
import { isMalformed, parsePod } from '../core/api/pod.ts';
import { annotate } from '../core/injection/patch.ts';
import type { Workload } from './workloads.ts';

/** What adds annotations to a pod or pod template. Keys that it has keep their values. */
export function annotationsToAdd(
  { template }: Workload,
  annotations: ReadonlyMap<string, string>,
): AddOperation[] {
  const pod = parsePod(template);
  if (isMalformed(pod)) return [];
  const own = pod.metadata?.annotations ?? {};
  return annotate(
    pod.metadata,
    new Map([...annotations].filter(([key]) => !Object.hasOwn(own, key))),
  );
}
