import { finding } from '../decision/reasons.ts';
import type { Rules } from '../decision/rules.ts';
import { mutate, skipped } from './mutate.ts';
import type { Mutation } from './outcome.ts';
import type { AdmissionRequest } from './review.ts';

/** What podherald makes of a request. Only pods that are being created are looked at. */
export function admit(request: AdmissionRequest, rules: Rules): Mutation {
  if (request.resource !== 'pods') return skipped(finding('not_a_pod', {}));
  if (request.operation !== 'CREATE') return skipped(finding('not_create', {}));
  return mutate(request.object, { name: request.namespace }, rules);
}
