import type { Clock } from '../../../../src/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly call: () => void;
}

/** A period, in milliseconds since the epoch. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A time in which a year may pass in milliseconds. */
export class VirtualTime {
  nowMs: number;
  /** When the machine slept, in order. */
  readonly sleeps: Span[] = [];
  readonly #timers = new Set<Timer>();
  readonly #sleepers = new Set<Sleeper>();

  constructor(start: Date) {
    this.nowMs = start.getTime();
  }

  now = (): Date => new Date(this.nowMs);

  after(delayMs: number, call: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, call };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** A clock for a sequence of actions with sleeps between them. */
  sleeper(): Sleeper {
    const sleeper = new Sleeper(this);
    this.#sleepers.add(sleeper);
    return sleeper;
  }

  /** Stops waiting for a sleeper that was killed. */
  forget(sleeper: Sleeper): void {
    sleeper.kill();
    this.#sleepers.delete(sleeper);
  }

  /** @param look called after each step. */
  async pass(ms: number, look: () => void = () => {}): Promise<void> {
    const endMs = this.nowMs + ms;
    for (;;) {
      await this.#untilAllSleep();
      look();
      const next = [...this.#timers].reduce<Timer | undefined>(
        (first, each) => (first === undefined || each.atMs < first.atMs ? each : first),
        undefined,
      );
      if (next === undefined || next.atMs > endMs) break;
      this.#timers.delete(next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.call();
    }
    this.nowMs = endMs;
  }

  /** Lets the machine sleep: the wall clock goes on, and timers are late. */
  skip(ms: number): void {
    this.sleeps.push({ fromMs: this.nowMs, toMs: this.nowMs + ms });
    this.nowMs += ms;
  }

  /** Work between two sleeps, such as making keys, takes real time but no virtual time. */
  async #untilAllSleep(): Promise<void> {
    while ([...this.#sleepers].some(({ isAwake }) => isAwake)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

export class Sleeper implements Pick<Clock, 'date' | 'sleep'> {
  isAwake = true;
  date: () => Date;

  readonly #time: VirtualTime;
  #isDead = false;

  constructor(time: VirtualTime) {
    this.#time = time;
    this.date = time.now;
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    this.isAwake = false;
    return new Promise((resolve) => {
      const end = (): void => {
        callOff();
        signal?.removeEventListener('abort', end);
        if (this.#isDead) return;
        this.isAwake = true;
        resolve();
      };
      const callOff = this.#time.after(delayMs, end);
      signal?.addEventListener('abort', end);
    });
  }

  /** It never wakes again. */
  kill(): void {
    this.#isDead = true;
  }
}
