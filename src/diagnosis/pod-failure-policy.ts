import type { Mutation } from '../core/admission/mutation.ts';
import { isObject, type Json } from '../core/api/json.ts';
import type { Workload } from '../manifests/workloads.ts';

/** How `kubectl proxy` ends when the kubelet stops it (a Go program that SIGTERM interrupts while it serves). */
const EXIT_CODE = 2;

/**
 * The rules of a Job that count the exit code of the ambassador as one of the app: those with `onExitCodes` and
 * without a `containerName`.
 *
 * @returns one sentence for each rule; none if the pods get no ambassador.
 */
export function exitCodeSentences(
  { podFailurePolicy }: Workload,
  { outcome, decision }: Mutation,
): string[] {
  const hasAmbassador = outcome === 'injected' || outcome === 'unchanged';
  if (!hasAmbassador || decision?.ambassador === undefined || !isObject(podFailurePolicy))
    return [];
  const { rules } = podFailurePolicy;
  return (Array.isArray(rules) ? rules : []).flatMap((rule: Json, index) =>
    matchesAmbassador(rule)
      ? `podFailurePolicy.rules[${index}] also matches the ambassador, which ends with ${EXIT_CODE}; set onExitCodes.containerName`
      : [],
  );
}

function matchesAmbassador(rule: Json): boolean {
  const onExitCodes = isObject(rule) ? rule['onExitCodes'] : undefined;
  if (!isObject(onExitCodes)) return false;
  const { containerName, operator, values } = onExitCodes;
  if (typeof containerName === 'string' || !Array.isArray(values)) return false;
  return values.includes(EXIT_CODE) === (operator === 'In');
}
