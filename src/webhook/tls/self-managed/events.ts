/** What a replica maintains. */
export type Maintained = 'Secret' | 'MutatingWebhookConfiguration' | 'certificate';

/** What a replica has done about certificates, or could not do. Each is reported once. */
export type CaEvent =
  /** There was no usable CA, so a new one was made. */
  | { readonly is: 'created'; readonly why: string; readonly expires: Date }
  /** A new CA has replaced the old one after two thirds of its lifetime. */
  | { readonly is: 'renewed'; readonly why: string; readonly expires: Date }
  /** The CA in memory was written to the Secret again. */
  | { readonly is: 'restored'; readonly why: string; readonly expires: Date }
  /** This replica now uses the CA in the Secret, which another replica, or an earlier process, made. */
  | { readonly is: 'adopted'; readonly expires: Date }
  /** The caBundle of every entry now holds the CA. */
  | { readonly is: 'published'; readonly entries: number }
  /** The caBundle of every entry holds the CA again, after another client had changed it. */
  | { readonly is: 'healed'; readonly entries: number; readonly changedBy?: string | undefined }
  | { readonly is: 'failed'; readonly what: Maintained; readonly error: string }
  | { readonly is: 'recovered'; readonly what: Maintained };

/** The failures of a replica's rounds. Each failure is reported once, and so is its end. */
export class Failures {
  /** Failed rounds in a row. */
  rounds = 0;

  readonly #report: (event: CaEvent) => void;
  readonly #ofThisRound = new Map<Maintained, string>();
  #ofLastRound: ReadonlyMap<Maintained, string> = new Map();

  constructor(report: (event: CaEvent) => void) {
    this.#report = report;
  }

  /** The failures of the last round, each as `Secret: sentence`. */
  get sentences(): string[] {
    return [...this.#ofLastRound].map(([what, why]) => `${what}: ${why}`);
  }

  /** @returns undefined if it has failed: the rest of the round goes on. */
  async attempt<T>(what: Maintained, run: () => Promise<T>): Promise<T | undefined> {
    try {
      return await run();
    } catch (error) {
      this.#ofThisRound.set(what, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  endRound(): void {
    const current = new Map(this.#ofThisRound);
    for (const [what, error] of current) {
      if (this.#ofLastRound.get(what) !== error) this.#report({ is: 'failed', what, error });
    }
    for (const what of this.#ofLastRound.keys()) {
      if (!current.has(what)) this.#report({ is: 'recovered', what });
    }
    this.#ofLastRound = current;
    this.#ofThisRound.clear();
    this.rounds = current.size > 0 ? this.rounds + 1 : 0;
  }
}
