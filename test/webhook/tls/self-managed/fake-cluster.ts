import type { WriteResult } from '../../../../src/cluster/api-client.ts';
import type { CaCluster } from '../../../../src/cluster/ca-cluster.ts';
import type { CaSecretData } from '../../../../src/cluster/ca-secret.ts';
import { TIMING } from '../../../../src/webhook/tls/self-managed/timing.ts';
import type { Sleeper, Span, VirtualTime } from './virtual-time.ts';

interface Versioned<T> {
  readonly value: T;
  readonly version: number;
  readonly changedAt: Date;
  readonly changedBy: string;
}

/** The configuration as an API server may know it from a time on. */
interface View {
  readonly sinceMs: number;
  readonly bundles: readonly string[];
}

export interface FakeClusterOptions {
  readonly time: VirtualTime;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
}

/** The longest time of a request, and of an event unless it is lost. */
const SLOWEST_MS = 400;

const HEALED_MS = 5_000;

/** From the end of an outage until the last replica has retried and repaired the caBundle. */
const BACK_MS = TIMING.longestRetryMs + HEALED_MS;

/**
 * The two objects in memory, with resource versions and conflicts. Requests take a while, so that
 * those of several replicas overlap; events are late, and one in ten is lost.
 */
export class FakeCluster {
  secret: Versioned<CaSecretData> | undefined;
  configuration: Versioned<readonly string[]> | undefined;
  /** The error of all requests for the Secret. */
  secretOutage: Error | undefined;
  /** The writes in order, each as `replica: object`. */
  readonly writes: string[] = [];

  readonly #options: FakeClusterOptions;
  readonly #watchers = new Map<Sleeper, () => void>();
  readonly #views: View[] = [];
  readonly #outages: Span[] = [];
  #outage: Error | undefined;
  #version = 0;

  constructor(options: FakeClusterOptions) {
    this.#options = options;
  }

  /** The error of all requests. */
  get outage(): Error | undefined {
    return this.#outage;
  }

  set outage(error: Error | undefined) {
    const { nowMs } = this.#options.time;
    if (this.#outage !== undefined) {
      const { fromMs = nowMs } = this.#outages.pop() ?? {};
      this.#outages.push({ fromMs, toMs: nowMs });
    }
    if (error !== undefined) this.#outages.push({ fromMs: nowMs, toMs: Number.POSITIVE_INFINITY });
    this.#outage = error;
  }

  setSecret(value: CaSecretData | undefined, by = 'somebody'): void {
    this.secret = value && this.#versioned(value, by);
    this.#tellAll();
  }

  setBundles(value: readonly string[] | undefined, by = 'somebody'): void {
    this.configuration = value && this.#versioned(value, by);
    this.#views.push({ sinceMs: this.#options.time.nowMs, bundles: value ?? [] });
    this.#tellAll();
  }

  /**
   * All caBundles that an API server may know now, if it learns of a change within `lagMs`. While no
   * CA is trusted, podherald cannot be called whatever it does. From the first write after that, the
   * replicas get five seconds, in which they are awake and the API server answers, to complete the
   * caBundle: maybe only one replica knows the CA of its own certificate. Earlier states are left out.
   */
  beliefs(lagMs: number): (readonly string[])[] {
    const { nowMs } = this.#options.time;
    const emptied = this.#views.findLastIndex(({ bundles }) => !bundles.some(Boolean));
    const healedAtMs = this.#healedAtMs(this.#views[emptied + 1]?.sinceMs ?? nowMs);
    if (nowMs < healedAtMs) return [];
    const fromMs = Math.max(nowMs - lagMs, healedAtMs);
    const first = this.#views.findLastIndex(({ sinceMs }) => sinceMs <= fromMs);
    return this.#views.slice(Math.max(0, first)).map(({ bundles }) => bundles);
  }

  #healedAtMs(writtenAtMs: number): number {
    return [...this.#outages, ...this.#options.time.sleeps]
      .sort((one, other) => one.fromMs - other.fromMs)
      .reduce(
        (healedMs, { fromMs, toMs }) =>
          writtenAtMs < toMs && fromMs < healedMs ? Math.max(healedMs, toMs + BACK_MS) : healedMs,
        writtenAtMs + HEALED_MS,
      );
  }

  /** The cluster for one replica. */
  seenBy(replica: Sleeper, name: string): CaCluster {
    const request = async <T>(answer: () => T): Promise<T> => {
      await replica.sleep(this.#lateMs());
      if (this.outage !== undefined) throw this.outage;
      const answered = answer();
      await replica.sleep(this.#lateMs());
      return answered;
    };
    return {
      secret: {
        read: () =>
          request(() => {
            if (this.secretOutage !== undefined) throw this.secretOutage;
            const seen = this.secret;
            return (
              seen && {
                data: seen.value,
                update: (data) => request(() => this.#writeSecret(seen.version, data, name)),
              }
            );
          }),
        create: (data) => request(() => this.#writeSecret(undefined, data, name)),
      },
      configuration: {
        name: 'podherald',
        read: () =>
          request(() => {
            const seen = this.configuration;
            return (
              seen && {
                bundles: seen.value,
                changedAt: seen.changedAt,
                changedBy: seen.changedBy,
                setBundle: (bundle) => request(() => this.#writeBundle(seen.version, bundle, name)),
              }
            );
          }),
      },
      watch: (onChange) => void this.#watchers.set(replica, onChange),
    };
  }

  forget(replica: Sleeper): void {
    this.#watchers.delete(replica);
  }

  #writeSecret(seen: number | undefined, data: CaSecretData, by: string): WriteResult {
    if (this.secret?.version !== seen) return 'conflict';
    this.writes.push(`${by}: Secret`);
    this.setSecret(data, by);
    return 'written';
  }

  #writeBundle(seen: number, bundle: string, by: string): WriteResult {
    if (this.configuration?.version !== seen) return 'conflict';
    this.writes.push(`${by}: caBundle`);
    this.setBundles(
      this.configuration.value.map(() => bundle),
      by,
    );
    return 'written';
  }

  #versioned<T>(value: T, changedBy: string): Versioned<T> {
    const changedAt = this.#options.time.now();
    return { value, version: ++this.#version, changedAt, changedBy };
  }

  #tellAll(): void {
    for (const [replica, tell] of this.#watchers) {
      if (this.#options.random() < 0.1) continue;
      this.#options.time.after(this.#lateMs(), () => {
        if (this.#watchers.has(replica)) tell();
      });
    }
  }

  #lateMs(): number {
    return this.#options.random() * SLOWEST_MS;
  }
}
