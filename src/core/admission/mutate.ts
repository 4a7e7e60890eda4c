import { escapeToken } from '../api/json-patch.ts';
import { isMalformed, type Pod, parsePod } from '../api/pod.ts';
import { type Decision, decide, type Namespace } from '../decision/decide.ts';
import { type Finding, finding, firstReason, kindOf } from '../decision/reasons.ts';
import type { Rules } from '../decision/rules.ts';
import { addsParts, type Injection, NO_INJECTION } from '../injection/injection.ts';
import { patch } from '../injection/patch.ts';
import { type Plan, plan } from '../injection/plan.ts';
import { type Mutation, NOTHING_INJECTED, type Outcome } from './mutation.ts';
import { prove } from './prove.ts';
import type { AdmissionRequest } from './review.ts';
import { statusKey, withStatus } from './status.ts';

/**
 * The whole of podherald: what should this pod get, what of that does it lack, which operations
 * add it, and do they really only add? Pure, and never throws. The webhook, `inject` and the tests
 * all call this.
 *
 * @param object the pod as it was received; it is not changed.
 */
export function mutate(object: unknown, namespace: Namespace, rules: Rules): Mutation {
  try {
    const pod = parsePod(object);
    if (isMalformed(pod)) return skipped(finding('malformed_pod', { place: pod.malformed }));
    return walk(pod, namespace, rules);
  } catch (error) {
    return failedOpen(finding('unexpected_error', {}), error);
  }
}

function walk(pod: Pod, namespace: Namespace, rules: Rules): Mutation {
  const decision = decide(pod, namespace, rules);
  if (decision.kind === 'deny') return denied(decision.faults);
  const { injection, findings } = planFor(pod, decision);
  const complete = withStatus(pod, decision, injection, findings, rules);
  const operations = patch(pod, complete);
  const unproven = prove(pod, operations, `/metadata/annotations/${escapeToken(statusKey(rules))}`);
  if (unproven !== undefined) {
    return failedOpen(finding('patch_not_proven', {}), new Error(unproven));
  }
  return { ...ended(decision, injection, findings), operations };
}

function planFor(pod: Pod, decision: Exclude<Decision, { kind: 'deny' }>): Plan {
  if (decision.kind === 'skip') {
    const { because, notices } = decision;
    const told = kindOf(because) === 'skipped' ? notices : [because, ...notices];
    return { injection: NO_INJECTION, findings: told };
  }
  const { injection, findings } = plan(pod, decision);
  return { injection, findings: [...decision.notices, ...findings] };
}

function ended(
  decision: Exclude<Decision, { kind: 'deny' }>,
  injection: Injection,
  findings: readonly Finding[],
): Omit<Mutation, 'operations'> {
  if (decision.kind === 'skip') return skipped(decision.because, decision.notices);
  const env = injection.containers.reduce((sum, container) => sum + container.env.length, 0);
  const reason = firstReason(findings);
  return {
    outcome: addsParts(injection) ? 'injected' : 'unchanged',
    ...(reason !== undefined && { reason }),
    findings,
    injected: {
      env,
      volume: injection.volumes.length,
      ambassador: injection.sidecar === undefined ? 0 : 1,
    },
  };
}

/** What is not about a pod being created, or not for podherald, ends here as well. */
export function skipped(because: Finding, notices: readonly Finding[] = []): Mutation {
  return without('skipped', [because, ...notices]);
}

function denied(faults: readonly Finding[]): Mutation {
  return without('denied', faults);
}

function without(outcome: Outcome, findings: readonly Finding[]): Mutation {
  const reason = firstReason(findings);
  return {
    outcome,
    ...(reason !== undefined && { reason }),
    findings,
    operations: [],
    injected: NOTHING_INJECTED,
  };
}

function failedOpen(because: Finding, error: unknown): Mutation {
  return { ...without('failed_open', [because]), error };
}

/** Knows a namespace, at once or after having asked for it. Never rejects. */
export type FindNamespace = (name: string) => Namespace | Promise<Namespace>;

/**
 * What podherald makes of a request. Only pods that are being created are looked at, and only for
 * them is the namespace asked for: the one thing on the walk that may have to be waited for.
 */
export function admit(
  request: AdmissionRequest,
  findNamespace: FindNamespace,
  rules: Rules,
): Mutation | Promise<Mutation> {
  const because = notOurs(request);
  if (because !== undefined) return skipped(because);
  const namespace = findNamespace(request.namespace);
  if (namespace instanceof Promise) {
    return namespace.then((found) => mutate(request.object, found, rules));
  }
  return mutate(request.object, namespace, rules);
}

function notOurs({ resource, operation }: AdmissionRequest): Finding | undefined {
  if (resource !== 'pods') return finding('not_a_pod', {});
  return operation === 'CREATE' ? undefined : finding('not_create', {});
}

/** Where namespaces are not read: their names are all that is known. */
export const bareNamespace: FindNamespace = (name) => ({ name });
