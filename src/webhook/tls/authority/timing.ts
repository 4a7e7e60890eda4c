const SECOND_MS = 1000;
const DAY_MS = 24 * 60 * 60 * SECOND_MS;

/** How long things live and wait. Passed in, so that a test can have a year pass. */
export interface Timing {
  readonly caLifetimeMs: number;
  readonly leafLifetimeMs: number;
  /** From the moment when a CA stands in the caBundle until its certificates are served. */
  readonly trustDelayMs: number;
  /** How often to look at clock and cluster where nothing is heard of a change. */
  readonly checkEveryMs: number;
  /** How often to try again what fails, at least. */
  readonly longestRetryMs: number;
  /** How long the CA may be out of the caBundle before that makes podherald unready. */
  readonly graceMs: number;
}

export const TIMING: Timing = {
  caLifetimeMs: 365 * DAY_MS,
  leafLifetimeMs: 7 * DAY_MS,
  // A watch brings an API server the change in milliseconds; one that has just lost its watch
  // opens another one within a second or two.
  trustDelayMs: 10 * SECOND_MS,
  checkEveryMs: 30 * SECOND_MS,
  // Soon enough for whoever has just mended it, seldom enough for where nobody does for days.
  longestRetryMs: 10 * SECOND_MS,
  // Healing takes milliseconds: after this it is not going to come by itself. Meanwhile the
  // endpoints stay, as pods would wait for them longer than for the healing.
  graceMs: 30 * SECOND_MS,
};

/**
 * By how much clocks of machines may differ. Within it, no replica takes the CA of another one for
 * one of the future, which both would put right in turn, and none takes out a CA that another one
 * still wants in. An hour off, tokens and nodes are in trouble too.
 */
export const CLOCK_SKEW_MS = 60 * 60 * SECOND_MS;

const FIRST_RETRY_MS = 250;

/** How long to wait after that many rounds with trouble in a row: 250, 500, 1000 ms … */
export function retryMs(failures: number, longestMs: number): number {
  return Math.min(longestMs, FIRST_RETRY_MS * 2 ** (failures - 1));
}
