import type { AuthorityCertificate } from './authority-certificate.ts';

interface Known {
  readonly sinceMs: number;
  /** Whether no other CA was trusted when it came. */
  readonly isAlone: boolean;
}

/**
 * Since when each CA is trusted by every entry of the configuration, as far as this replica knows.
 * Each API server hears of a change in its own time, so a CA may be used only some seconds later.
 */
export class Trust {
  readonly #delayMs: number;
  readonly #known = new Map<string, Known>();
  #isFirst = true;
  #anybody: ReadonlySet<string> = new Set();

  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  /**
   * Learns whom the configuration trusts now. Of the first one that a replica sees, it takes the
   * time of the last change, so that one which has long been trusted does not have it wait.
   */
  seen(entries: readonly (readonly AuthorityCertificate[])[], now: Date, changedAt?: Date): void {
    const since = this.#isFirst && changedAt !== undefined && changedAt < now ? changedAt : now;
    this.#isFirst = false;
    this.#anybody = fingerprints(entries.flat());
    this.#keep(inEvery(entries), since);
  }

  /** Learns whom the configuration trusts since this replica has changed it. */
  written(certificates: readonly AuthorityCertificate[], now: Date): void {
    this.#keep(certificates, now);
    this.#anybody = fingerprints(certificates);
  }

  has({ fingerprint }: AuthorityCertificate): boolean {
    return this.#known.has(fingerprint);
  }

  /**
   * How long until the CA may be used: 0 where it may be now, undefined where it is not trusted.
   *
   * @param isServing whether a certificate of another CA is served until then. Where none is, and no
   * other CA is trusted, there is nothing to wait for: a CA that lives is never taken out, so no
   * other replica serves one of another CA either.
   */
  waitMs({ fingerprint }: AuthorityCertificate, now: Date, isServing: boolean): number | undefined {
    const known = this.#known.get(fingerprint);
    if (known === undefined) return undefined;
    if (known.isAlone && !isServing) return 0;
    const leftMs = known.sinceMs + this.#delayMs - now.getTime();
    // Longer than the delay only where the clock has been set back.
    return Math.min(Math.max(0, leftMs), this.#delayMs);
  }

  #keep(certificates: readonly AuthorityCertificate[], since: Date): void {
    const before = new Map(this.#known);
    this.#known.clear();
    for (const { fingerprint } of certificates) {
      const isAlone = [...this.#anybody].every((each) => each === fingerprint);
      const known = before.get(fingerprint) ?? { sinceMs: since.getTime(), isAlone };
      this.#known.set(fingerprint, known);
    }
  }
}

function fingerprints(certificates: readonly AuthorityCertificate[]): ReadonlySet<string> {
  return new Set(certificates.map(({ fingerprint }) => fingerprint));
}

function inEvery(entries: readonly (readonly AuthorityCertificate[])[]): AuthorityCertificate[] {
  const [first = [], ...others] = entries;
  return first.filter(({ fingerprint }) =>
    others.every((entry) => entry.some((each) => each.fingerprint === fingerprint)),
  );
}
