import { randomUUID } from 'node:crypto';
import { request } from 'node:https';
import type { AdmissionResponse } from '../core/admission/response.ts';
import { REVIEW_API_VERSION, REVIEW_KIND } from '../core/admission/review.ts';
import { AppError } from '../errors.ts';

/** A review like the API server's for a pod that is being created. */
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
 * Posts a review as the API server does.
 *
 * @param ca PEM to trust; without it any certificate is taken, so pass none only to this machine.
 * @throws AppError `listen` where nobody answers, or the answer is no review's.
 */
export async function postReview(
  url: string,
  review: object,
  ca?: string,
): Promise<AdmissionResponse> {
  const { statusCode, text } = await post(url, JSON.stringify(review), ca);
  if (statusCode !== 200) throw new AppError('listen', `${url} answered ${statusCode}: ${text}`);
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
      reject(new AppError('listen', `no answer from ${url}: ${cause.message}`, { cause })),
    );
    call.end(body);
  });
}
