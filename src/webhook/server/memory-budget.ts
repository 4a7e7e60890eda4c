/**
 * The memory of all requests together. Over the limit, the request that came first of those that wait
 * for their client is cut. The API server sends a review within milliseconds, so that its reviews are
 * rarely the oldest ones, whatever other clients do.
 */
export class MemoryBudget {
  readonly #limitBytes: number;
  /** In order of arrival. */
  readonly #shares = new Set<MemoryShare>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** What all requests take. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * The share of a new request.
   *
   * @param cut ends the request, which frees its memory at once.
   */
  open(cut: () => void): MemoryShare {
    const share = new MemoryShare(this, cut);
    this.#shares.add(share);
    return share;
  }

  /** Called by shares only. */
  change(share: MemoryShare, bytes: number): void {
    if (!this.#shares.has(share)) return;
    this.#bytes += bytes;
    if (bytes > 0 && this.#bytes > this.#limitBytes) this.#cutOldest();
  }

  /** Called by shares only. */
  close(share: MemoryShare, bytes: number): void {
    if (this.#shares.delete(share)) this.#bytes -= bytes;
  }

  #cutOldest(): void {
    for (const share of this.#shares) {
      if (share.isHeld) continue;
      share.release();
      share.cut();
      if (this.#bytes <= this.#limitBytes) return;
    }
  }
}

/** The memory of one request, from its headers to the end of its response. */
export class MemoryShare {
  /** While the request waits for podherald, and not for its client, it is not cut. */
  isHeld = false;
  readonly cut: () => void;
  readonly #budget: MemoryBudget;
  #bytes = 0;

  constructor(budget: MemoryBudget, cut: () => void) {
    this.#budget = budget;
    this.cut = cut;
  }

  /** Sets what the request takes, in bytes. That may cut others, and this one too. */
  use(bytes: number): void {
    const more = bytes - this.#bytes;
    this.#bytes = bytes;
    this.#budget.change(this, more);
  }

  /** Gives everything back. */
  release(): void {
    this.#budget.close(this, this.#bytes);
  }
}
