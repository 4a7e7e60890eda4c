import { readFileSync } from 'node:fs';

/** A Deployment's pod of two containers that asks for its metadata: of the captured reviews the
 * one nearest to 5.6 KB as an API server sends it, which is without white space. */
const DEFAULT_REVIEW = new URL('../../test/reviews/78-serverless-revision.json', import.meta.url);

/** The AdmissionReview under load. */
export type Review = { readonly name: string; readonly uid: string; readonly body: string };

export function readReview(file: string | undefined): Review {
  const path = file ?? DEFAULT_REVIEW.pathname;
  const review = JSON.parse(readFileSync(path, 'utf8')) as { request?: { uid?: unknown } };
  const uid = review.request?.uid;
  if (typeof uid !== 'string') throw new Error(`${path}: not an AdmissionReview with a uid`);
  const name = path.slice(path.lastIndexOf('/') + 1);
  return { name, uid, body: JSON.stringify(review) };
}
