import type { AuthorityCertificate } from './authority-certificate.ts';

const LONG_AGO_MS = 0;

/**
 * Since when each CA is trusted by every entry of the configuration, as far as this replica knows.
 * Each API server hears of a change in its own time, so a CA may be used only some seconds later.
 */
export class Trust {
  readonly #delayMs: number;
  readonly #sinceMs = new Map<string, number>();
  #isFirst = true;
  #isAnybodyTrusted = false;

  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  /**
   * Learns whom the configuration trusts now. Of the first one that a replica sees, it takes the
   * time of the last change, so that one which has long been trusted does not have it wait.
   */
  seen(entries: readonly (readonly AuthorityCertificate[])[], now: Date, changedAt?: Date): void {
    const sinceMs = this.#isFirst && changedAt !== undefined ? changedAt : now;
    this.#isFirst = false;
    this.#isAnybodyTrusted = entries.some((entry) => entry.length > 0);
    this.#keep(inEvery(entries), Math.min(sinceMs.getTime(), now.getTime()));
  }

  /**
   * Learns whom the configuration trusts since this replica has changed it. Where nobody was
   * trusted before, no replica can be cut off, and there is nothing to wait for.
   */
  written(certificates: readonly AuthorityCertificate[], now: Date): void {
    this.#keep(certificates, this.#isAnybodyTrusted ? now.getTime() : LONG_AGO_MS);
    this.#isAnybodyTrusted = true;
  }

  has({ fingerprint }: AuthorityCertificate): boolean {
    return this.#sinceMs.has(fingerprint);
  }

  /** How long until the CA may be used: 0 where it may be now, undefined where it is not trusted. */
  waitMs({ fingerprint }: AuthorityCertificate, now: Date): number | undefined {
    const sinceMs = this.#sinceMs.get(fingerprint);
    if (sinceMs === undefined) return undefined;
    const leftMs = sinceMs + this.#delayMs - now.getTime();
    // Longer than the delay only where the clock has been set back.
    return Math.min(Math.max(0, leftMs), this.#delayMs);
  }

  #keep(certificates: readonly AuthorityCertificate[], sinceMs: number): void {
    const before = new Map(this.#sinceMs);
    this.#sinceMs.clear();
    for (const { fingerprint } of certificates) {
      this.#sinceMs.set(fingerprint, before.get(fingerprint) ?? sinceMs);
    }
  }
}

function inEvery(entries: readonly (readonly AuthorityCertificate[])[]): AuthorityCertificate[] {
  const [first = [], ...others] = entries;
  return first.filter(({ fingerprint }) =>
    others.every((entry) => entry.some((each) => each.fingerprint === fingerprint)),
  );
}
