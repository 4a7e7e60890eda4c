/** The memory of one request, from its headers to the end of its response. */
export interface MemoryShare {
  /** Sets what the request takes, in bytes. That may cut others, and this one too. */
  use(bytes: number): void;
  /** The request waits for podherald, not for its client: it is not cut. */
  hold(): void;
  /** The request waits for its client again, and may be cut. */
  expose(): void;
  /** Gives everything back. */
  release(): void;
}

interface Holder extends MemoryShare {
  readonly bytes: number;
  readonly isHeld: boolean;
  readonly cut: () => void;
}

/**
 * The memory of all requests together. Over the limit, the request that came first of those that wait
 * for their client is cut. The API server sends a review within milliseconds, so that its reviews are
 * rarely the oldest ones, whatever other clients do.
 */
export class MemoryBudget {
  readonly #limitBytes: number;
  /** In order of arrival. */
  readonly #holders = new Set<Holder>();
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
    const change = (bytes: number): void => {
      this.#bytes += bytes - holder.bytes;
      holder.bytes = bytes;
    };
    const holder = {
      bytes: 0,
      isHeld: false,
      use: (bytes: number) => {
        if (!this.#holders.has(holder)) return;
        change(bytes);
        if (this.#bytes > this.#limitBytes) this.#cutOldest();
      },
      hold() {
        holder.isHeld = true;
      },
      expose() {
        holder.isHeld = false;
      },
      release: () => {
        change(0);
        this.#holders.delete(holder);
      },
      cut: () => {
        holder.release();
        cut();
      },
    };
    this.#holders.add(holder);
    return holder;
  }

  #cutOldest(): void {
    for (const { isHeld, cut } of this.#holders) {
      if (isHeld) continue;
      cut();
      if (this.#bytes <= this.#limitBytes) return;
    }
  }
}
