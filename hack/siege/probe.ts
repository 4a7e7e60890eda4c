import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { quantile } from '../bench/measurements.ts';
import type { Review } from '../bench/review.ts';

/** One review of the probe. Times are on the clock of performance.now(). */
export type Sample = {
  /** When it was due. */
  readonly dueAtMs: number;
  readonly ms: number;
  /** On a connection of its own. */
  readonly isNew: boolean;
  /** Why it got no valid response in time. */
  readonly lost?: string;
};

/** Reviews over some time. */
export type Summary = {
  readonly sent: number;
  readonly lost: number;
  readonly late: number;
  readonly p99Ms: number;
  /** Why reviews were lost, each cause once. */
  readonly causes: readonly string[];
};

const INTERVAL_MS = 50;

/** Every how many reviews one more is sent over a new connection. */
const NEW_EVERY = 10;

/** `timeoutSeconds` of the webhook in the manifests: the API server does not wait any longer. */
const TIMEOUT_MS = 3000;

const LATE_MS = 1000;

/** Connections of the probe at a time. */
const MAX_KEPT = 20;

/**
 * Sends a review every 50 ms over a kept-alive connection, and every 500 ms over a new one. As an API
 * server does, it opens another connection if a review is due before the last one is answered.
 */
export class Probe {
  readonly samples: Sample[] = [];
  /** How late the probe itself was at most: its own machine was busy. */
  ownDelayMs = 0;
  readonly #kept = new Agent({ keepAlive: true, maxSockets: MAX_KEPT });
  readonly #send: (agent: Agent | false) => Promise<string>;
  readonly #running = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(port: number, ca: string, review: Review) {
    this.#send = (agent) => send({ port, ca, agent }, review);
  }

  start(): void {
    let dueAtMs = performance.now();
    let count = 0;
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      this.ownDelayMs = Math.max(this.ownDelayMs, nowMs - dueAtMs - INTERVAL_MS);
      for (; dueAtMs <= nowMs; dueAtMs += INTERVAL_MS) {
        this.#sample(nowMs, this.#kept, false);
        if (count++ % NEW_EVERY === 0) this.#sample(nowMs, false, true);
      }
    }, INTERVAL_MS);
  }

  /** Waits for the responses to what was sent. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#running);
    this.#kept.destroy();
  }

  /** The reviews that were due in this time. */
  between(fromMs: number, toMs: number, isNew?: boolean): Summary {
    const samples = this.samples.filter(
      (sample) =>
        sample.dueAtMs >= fromMs &&
        sample.dueAtMs < toMs &&
        (isNew === undefined || sample.isNew === isNew),
    );
    const answered = samples.filter(({ lost }) => lost === undefined);
    return {
      sent: samples.length,
      lost: samples.length - answered.length,
      late: answered.filter(({ ms }) => ms > LATE_MS).length,
      p99Ms: quantile(Float64Array.from(samples.map(({ ms }) => ms)).sort(), 0.99),
      causes: [...new Set(samples.flatMap(({ lost = [] }) => lost))],
    };
  }

  #sample(dueAtMs: number, agent: Agent | false, isNew: boolean): void {
    const keep = (lost?: string): void => {
      const ms = performance.now() - dueAtMs;
      this.samples.push({ dueAtMs, ms, isNew, ...(lost !== undefined && { lost }) });
      this.#running.delete(running);
    };
    const running = this.#send(agent).then(
      () => keep(),
      (error: Error) => keep(error.message),
    );
    this.#running.add(running);
  }
}

/** Rejects if there is no 200 with a patch within 3 s. The time in the queue of the agent counts. */
export function send(
  to: { readonly port: number; readonly ca: string; readonly agent: Agent | false },
  { body, uid }: Review,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const options = { ...to, host: '127.0.0.1', path: '/mutate', method: 'POST', headers };
  const call = request(options, (response) => {
    text(response).then((received) => {
      const isAnswer = response.statusCode === 200 && received.includes(uid);
      if (isAnswer && received.includes('"patch":')) resolve(received);
      else reject(new Error(`status ${response.statusCode}`));
    }, reject);
  });
  const limit = setTimeout(() => {
    const error = new Error('no response within 3 s');
    // A request that waits for a connection reports nothing when it is destroyed.
    reject(error);
    call.destroy(error);
  }, TIMEOUT_MS);
  call.once('error', reject);
  call.once('close', () => clearTimeout(limit));
  call.end(body);
  return promise;
}
