import { randomUUID } from 'node:crypto';
import { request } from 'node:https';
import type { AdmissionResponse } from '../core/admission/response.ts';
import { REVIEW_API_VERSION, REVIEW_KIND } from '../core/admission/review.ts';
import type { AddOperation } from '../core/api/json-patch.ts';
import { AppError } from '../errors.ts';
import { applyOperations } from '../manifests/edit-json.ts';

/** An AdmissionReview, as the API server sends it when a pod is created. */
export function reviewOf(pod: unknown, namespace: string): object {
  return {
    kind: REVIEW_KIND,
    apiVersion: REVIEW_API_VERSION,
    request: {
      uid: randomUUID(),
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      operation: 'CREATE',
      namespace,
      object: pod,
      oldObject: null,
      dryRun: false,
    },
  };
}

/**
 * Posts an AdmissionReview as the API server does.
 *
 * @param ca PEM to trust. Without it every certificate is accepted: only for servers on this machine.
 * @throws AppError `listen` if the request fails or the status is not 200.
 */
export async function postReview(
  url: string,
  review: object,
  ca?: string,
): Promise<AdmissionResponse> {
  const { statusCode, text } = await post(url, JSON.stringify(review), ca);
  if (statusCode !== 200)
    throw new AppError('listen', `unexpected response from ${url}: HTTP ${statusCode}: ${text}`);
  return JSON.parse(text).response;
}

function post(
  url: string,
  body: string,
  ca: string | undefined,
): Promise<{ statusCode: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const trust = ca === undefined ? { rejectUnauthorized: false } : { ca };
    const headers = { 'content-type': 'application/json' };
    const call = request(url, { method: 'POST', headers, agent: false, ...trust }, (response) => {
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ statusCode: response.statusCode, text }));
      response.on('error', reject);
    });
    call.on('error', (cause) =>
      reject(new AppError('listen', `cannot reach ${url}: ${cause.message}`, { cause })),
    );
    call.end(body);
  });
}

/** The operations of the patch in a response. */
export function answeredPatch({ patch }: AdmissionResponse): AddOperation[] {
  return patch === undefined ? [] : JSON.parse(Buffer.from(patch, 'base64').toString());
}

/** The pod after the API server applies the patch of a response. */
export function patchedPod(pod: unknown, response: AdmissionResponse): unknown {
  return applyOperations(pod, answeredPatch(response));
}
