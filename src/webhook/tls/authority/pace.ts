/** Enough for whatever a person does, and for a second one who corrects it. */
const MOST_A_MINUTE = 10;
const MINUTE_MS = 60 * 1000;

/**
 * Somebody else may want the same object otherwise, and put it back at once, again and again: then
 * both go on, but not as fast as they can.
 */
export class Pace {
  #timesMs: number[] = [];

  /** Takes one turn, unless there have been too many of late. */
  take(now: Date): boolean {
    const nowMs = now.getTime();
    // A time to come means that the clock has been set back.
    this.#timesMs = this.#timesMs.filter((atMs) => atMs <= nowMs && nowMs - atMs < MINUTE_MS);
    if (this.#timesMs.length >= MOST_A_MINUTE) return false;
    this.#timesMs.push(nowMs);
    return true;
  }
}
