import type { AuthorityEvent, Keeps } from './events.ts';

/** What could not be done in the rounds of a replica. Each trouble is told once, and so is its end. */
export class Troubles {
  /** Rounds with trouble, in a row. */
  failures = 0;

  readonly #tell: (event: AuthorityEvent) => void;
  readonly #ofThisRound = new Map<Keeps, string>();
  #before: ReadonlyMap<Keeps, string> = new Map();

  constructor(tell: (event: AuthorityEvent) => void) {
    this.#tell = tell;
  }

  /** Those of the last round, as `Secret: sentence`. */
  get sentences(): string[] {
    return [...this.#before].map(([which, why]) => `${which}: ${why}`);
  }

  /** @returns undefined where it has failed: the rest of the round goes on. */
  async attempt<T>(which: Keeps, keep: () => Promise<T>): Promise<T | undefined> {
    try {
      return await keep();
    } catch (error) {
      this.#ofThisRound.set(which, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  endRound(): void {
    const troubles = new Map(this.#ofThisRound);
    for (const [which, error] of troubles) {
      if (this.#before.get(which) !== error) this.#tell({ is: 'trouble', with: which, error });
    }
    for (const which of this.#before.keys()) {
      if (!troubles.has(which)) this.#tell({ is: 'recovered', with: which });
    }
    this.#before = troubles;
    this.#ofThisRound.clear();
    this.failures = troubles.size > 0 ? this.failures + 1 : 0;
  }
}
