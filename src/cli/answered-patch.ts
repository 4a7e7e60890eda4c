import jsonpatch, { type Operation } from 'fast-json-patch';
import type { AdmissionResponse } from '../core/admission/response.ts';

/** The operations that a response carries. */
export function answeredPatch({ patch }: AdmissionResponse): Operation[] {
  return patch === undefined ? [] : JSON.parse(Buffer.from(patch, 'base64').toString());
}

/** The pod with the response's patch applied, as the API server would. */
export function patchedPod(pod: unknown, response: AdmissionResponse): unknown {
  return jsonpatch.applyPatch(structuredClone(pod), answeredPatch(response), true).newDocument;
}
