import type { Namespace } from '../decision/decide.ts';
import { type Finding, finding } from '../decision/reasons.ts';
import type { Rules } from '../decision/rules.ts';
import { mutate, skipped } from './mutate.ts';
import type { Mutation } from './outcome.ts';
import type { AdmissionRequest } from './review.ts';

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
