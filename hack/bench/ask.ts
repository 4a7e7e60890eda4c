import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Review } from './review.ts';

/** Sends one review over a connection of its own; rejects unless the answer is a 200. */
export function ask(port: number, ca: string, { body }: Review): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const options = { host: '127.0.0.1', port, ca, path: '/mutate', method: 'POST', headers };
  const call = request({ ...options, agent: false, timeout: 5000 }, async (response) => {
    const answer = await text(response);
    if (response.statusCode === 200) resolve(answer);
    else reject(new Error(`expected a 200, got ${response.statusCode}: ${answer}`));
  });
  call.once('timeout', () => call.destroy(new Error('no answer in 5 s')));
  call.once('error', reject);
  call.end(body);
  return promise;
}
