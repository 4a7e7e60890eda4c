import { escapeToken } from '../api/json-patch.ts';
import { isMalformed, parsePod } from '../api/parse-pod.ts';
import { MIRROR_ANNOTATION } from '../decision/annotations.ts';
import { decide } from '../decision/decide.ts';
import { finding, kindOf } from '../decision/findings.ts';
import type { Namespace, Origin } from '../decision/namespace.ts';
import { podParts } from '../decision/pod-parts.ts';
import type { Rules } from '../decision/rules.ts';
import { patch } from '../injection/patch.ts';
import { plan } from '../injection/plan.ts';
import { additionBytes, isFarTooLarge, isTooLarge } from '../injection/size.ts';
import { denied, errored, type Mutation, patched, skipped } from './mutation.ts';
import { prove } from './prove.ts';
import type { AdmissionRequest } from './review.ts';
import { statusKey, withStatus } from './status.ts';

/** Finds a namespace, at once or by asking the API server. It never throws or rejects. */
export type FindNamespace = (name: string) => Namespace | Promise<Namespace>;

/** Finds only the name, if podherald does not read namespaces. */
export const nameOnly: FindNamespace = (name) => ({ name });

/**
 * Reviews a request of the API server. Only the creation of a pod is reviewed, and only then is the
 * namespace looked up: the one step that may have to wait.
 */
export async function review(
  request: AdmissionRequest,
  findNamespace: FindNamespace,
  rules: Rules,
): Promise<Mutation> {
  if (request.resource !== 'pods') return skipped(finding('not_a_pod', {}));
  if (request.operation !== 'CREATE') return skipped(finding('not_create', {}));
  const namespace = await findNamespace(request.namespace);
  return mutate(request.object, namespace, rules, request.bytes);
}

/**
 * The whole review of a pod: decides what the pod should get, plans what is missing, makes the
 * operations that add it, and proves that they only add. Pure, and never throws. The webhook, `inject`
 * and the tests call it. All outcomes of a review are in this function, in the order of their checks.
 *
 * @param object the pod as it was received; it is not changed.
 * @param origin where it is created and, for the pod template of a manifest, by what.
 * @param receivedBytes the size of the review that it came in.
 */
export function mutate(object: unknown, origin: Origin, rules: Rules, receivedBytes = 0): Mutation {
  try {
    const pod = parsePod(object);
    if (isMalformed(pod)) {
      const { malformed, path } = pod;
      return skipped(finding('malformed_pod', { place: malformed }, { kind: 'field', path }));
    }
    const annotations = pod.metadata?.annotations;
    if (annotations && Object.hasOwn(annotations, MIRROR_ANNOTATION)) {
      return skipped(finding('mirror_pod', {}, { kind: 'annotation', key: MIRROR_ANNOTATION }));
    }
    if (rules.exemptNamespaces.has(origin.name)) {
      const config = { kind: 'config', path: ['exempt', 'namespaces'] } as const;
      return skipped(finding('exempt_namespace', { namespace: origin.name }, config));
    }
    const parts = podParts(pod);
    const decision = decide(parts, origin, rules);
    const addedBytes = additionBytes(parts, decision);
    if (isFarTooLarge(addedBytes)) return skipped(finding('too_large', {}));
    const { injection, findings: planned } = plan(parts, decision);
    const { skipped: reason, faults } = decision;
    const obstacle = reason === undefined || kindOf(reason) === 'skipped' ? [] : [reason];
    const others = [...decision.notices, ...planned];
    if (faults.length > 0 && rules.onInvalid === 'deny') {
      return denied(decision, [...faults, ...obstacle, ...others]);
    }
    const explained = [...obstacle, ...faults, ...others];
    const complete = withStatus(parts, decision, injection, explained, rules);
    const operations = patch(pod, complete);
    if (operations.length > 0 && isTooLarge(object, operations, addedBytes, receivedBytes)) {
      return skipped(finding('too_large', {}));
    }
    const unproven = prove(
      pod,
      operations,
      `/metadata/annotations/${escapeToken(statusKey(rules))}`,
    );
    if (unproven !== undefined) {
      return errored(finding('patch_not_proven', {}), new Error(unproven));
    }
    return patched(decision, complete, operations, explained);
  } catch (error) {
    return errored(finding('unexpected_error', {}), error);
  }
}
