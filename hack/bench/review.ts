import { readdirSync, readFileSync } from 'node:fs';
import { type Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/**
 * A Deployment's pod with two containers that requests its metadata. Of the captured reviews, its
 * size is the nearest to 5.6 KB, in the form that an API server sends: without white space.
 */
const DEFAULT_REVIEW = new URL('../../test/reviews/78-serverless-revision.json', import.meta.url);

/** The AdmissionReview to send. `body` is its JSON without white space. */
export type Review = { readonly name: string; readonly uid: string; readonly body: string };

/** Reads an AdmissionReview from a JSON file. Throws if it has no uid. */
export function readReview(file: string | undefined): Review {
  const path = file ?? DEFAULT_REVIEW.pathname;
  const review = JSON.parse(readFileSync(path, 'utf8')) as { request?: { uid?: unknown } };
  const uid = review.request?.uid;
  if (typeof uid !== 'string')
    throw new Error(`${path}: expected an AdmissionReview with request.uid`);
  const name = path.slice(path.lastIndexOf('/') + 1);
  return { name, uid, body: JSON.stringify(review) };
}

/** Reads all captured reviews, with and without annotations. */
export function readAllReviews(): Review[] {
  const folder = fileURLToPath(new URL('../../test/reviews/', import.meta.url));
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.map((name) => readReview(folder + name));
}

/**
 * Sends one review and returns the body. Rejects if the status is not 200.
 *
 * @param options a new connection without an agent.
 */
export function sendReview(
  port: number,
  ca: string,
  { body }: Pick<Review, 'body'>,
  { agent = false, timeoutMs = 5000 }: { agent?: Agent | false; timeoutMs?: number } = {},
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const options = { host: '127.0.0.1', port, ca, path: '/mutate', method: 'POST', headers };
  const call = request({ ...options, agent, timeout: timeoutMs }, async (response) => {
    const received = await text(response);
    if (response.statusCode === 200) resolve(received);
    else reject(new Error(`expected status 200, got ${response.statusCode}: ${received}`));
  });
  call.once('timeout', () => call.destroy(new Error(`no response within ${timeoutMs / 1000} s`)));
  call.once('error', reject);
  call.end(body);
  return promise;
}
