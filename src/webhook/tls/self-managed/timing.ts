import type { Backoff } from '../../../clock.ts';

const SECOND_MS = 1000;
const DAY_MS = 24 * 60 * 60 * SECOND_MS;

/** Lifetimes and delays. Passed in, so that a test can let a year pass. */
export interface Timing {
  readonly caLifetimeMs: number;
  readonly leafLifetimeMs: number;
  /** How long a CA is in the caBundle before its certificates are served. */
  readonly trustDelayMs: number;
  /** How often to check the clock and the cluster if no change is reported. */
  readonly checkEveryMs: number;
  /** The longest delay between retries. */
  readonly longestRetryMs: number;
  /** How long the CA may be missing from the caBundle before podherald becomes unready. */
  readonly graceMs: number;
}

export const TIMING: Timing = {
  caLifetimeMs: 365 * DAY_MS,
  leafLifetimeMs: 7 * DAY_MS,
  // A watch brings an API server the change in milliseconds; one that has just lost its watch
  // opens another one within a second or two.
  trustDelayMs: 10 * SECOND_MS,
  checkEveryMs: 30 * SECOND_MS,
  // Soon enough for a person who has just fixed the cause, and no load if nobody does for days.
  longestRetryMs: 10 * SECOND_MS,
  // A repair takes milliseconds. If it takes longer than this, somebody has to act. Until then the
  // replica stays ready, because the endpoints change more slowly than most repairs take.
  graceMs: 30 * SECOND_MS,
};

/** How failed rounds are retried: after 250, 500, 1000 ms … */
export function retryBackoff({ longestRetryMs }: Timing): Backoff {
  return { firstMs: 250, longestMs: longestRetryMs };
}

/**
 * How far the clocks of two machines may differ. With at most an hour of skew, no replica considers
 * the CA of another one not yet valid (both would then replace it in turn), and none removes a CA that
 * another one still needs. With more skew than that, tokens and nodes fail too.
 */
export const CLOCK_SKEW_MS = 60 * 60 * SECOND_MS;

/** When a certificate is valid. */
export interface Lifetime {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Starts a little before now, so that a machine whose clock is behind accepts it too. */
export function lifetimeFrom(now: Date, lifetimeMs: number): Lifetime {
  const backMs = Math.min(CLOCK_SKEW_MS, lifetimeMs / 10);
  return {
    notBefore: new Date(now.getTime() - backMs),
    notAfter: new Date(now.getTime() + lifetimeMs),
  };
}

/**
 * Whether two thirds of the lifetime are over, of a CA and of a serving certificate alike: that
 * leaves a third (four months, two days) to fix whatever prevents the renewal. By the wall clock,
 * because a machine that sleeps stops its timers, but not the expiry of its certificates.
 */
export function needsRenewal({ notBefore, notAfter }: Lifetime, now: Date): boolean {
  const lifetimeMs = notAfter.getTime() - notBefore.getTime();
  return now.getTime() >= notBefore.getTime() + (lifetimeMs * 2) / 3;
}

/** Whether the certificate has expired at that time. */
export function isExpired({ notAfter }: Pick<Lifetime, 'notAfter'>, now: Date): boolean {
  return now > notAfter;
}

/** Enough for whatever one person changes, and for a second one who corrects it. */
const MAX_WRITES_A_MINUTE = 10;
const MINUTE_MS = 60 * SECOND_MS;

/**
 * Limits how often an object is written. If another client reverts each write at once, the two would
 * otherwise overwrite each other as fast as they can.
 */
export class WriteLimit {
  #timesMs: number[] = [];

  /** @returns whether one more write is allowed now. It counts as done then. */
  take(now: Date): boolean {
    const nowMs = now.getTime();
    // A time in the future means that the clock was set back.
    this.#timesMs = this.#timesMs.filter((atMs) => atMs <= nowMs && nowMs - atMs < MINUTE_MS);
    if (this.#timesMs.length >= MAX_WRITES_A_MINUTE) return false;
    this.#timesMs.push(nowMs);
    return true;
  }
}
