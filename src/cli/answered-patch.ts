import type { AdmissionResponse } from '../core/admission/response.ts';
import type { AddOperation } from '../core/api/json-patch.ts';
import { applyOperations } from '../manifests/edit-json.ts';

/** The operations that a response carries. */
export function answeredPatch({ patch }: AdmissionResponse): AddOperation[] {
  return patch === undefined ? [] : JSON.parse(Buffer.from(patch, 'base64').toString());
}

/** The pod with the response's patch applied, as the API server would. */
export function patchedPod(pod: unknown, response: AdmissionResponse): unknown {
  return applyOperations(pod, answeredPatch(response));
}
