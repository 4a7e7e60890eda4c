import { isObject, type Json } from '../core/api/json.ts';
import { objectAt } from './webhook-entries.ts';

/** A MutatingAdmissionPolicy of `podherald policy`. */
export interface AdmissionPolicy {
  readonly name: string;
  /** When it was created (RFC 3339). */
  readonly created: string;
}

/** Among MutatingAdmissionPolicies: each of ours names an ambassador, whatever it is called itself. */
export function admissionPolicies(policies: readonly Json[]): AdmissionPolicy[] {
  return policies
    .filter(isObject)
    .filter(({ spec }) => JSON.stringify(spec ?? {}).includes('podherald'))
    .map((policy) => {
      const { name, creationTimestamp } = objectAt(policy, 'metadata');
      return { name: String(name), created: String(creationTimestamp ?? '') };
    });
}
