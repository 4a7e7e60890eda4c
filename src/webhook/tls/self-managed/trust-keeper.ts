import type {
  SeenConfiguration,
  WebhookConfiguration,
} from '../../../cluster/webhook-configuration.ts';
import { AppError } from '../../../errors.ts';
import { bundleOf, type CaCertificate, distinct, readCaCertificates } from './ca-certificate.ts';
import type { CaEvent } from './events.ts';
import { isExpired, WriteLimit } from './timing.ts';

/** Each attempt after the first one means that another client has just written. */
const ATTEMPTS = 5;

export interface TrustKeeperOptions {
  readonly trustDelayMs: number;
  readonly now: () => Date;
  readonly report: (event: CaEvent) => void;
}

/** Keeps the caBundle of every entry of the configuration up to date. */
export class TrustKeeper {
  readonly trust: Trust;
  /** The CAs of podherald in the caBundle of any entry, as they were read or written last. */
  present: readonly CaCertificate[] = [];

  readonly #configuration: WebhookConfiguration;
  readonly #options: TrustKeeperOptions;
  readonly #writes = new WriteLimit();
  /** The caBundle that all entries had when they were read or written last, and when that was. */
  #bundle: string | undefined;
  #bundleAt: Date | undefined;

  constructor(configuration: WebhookConfiguration, options: TrustKeeperOptions) {
    this.#configuration = configuration;
    this.#options = options;
    this.trust = new Trust(options.trustDelayMs);
  }

  /** @throws AppError `certificate` if there is no configuration, or if it has no webhooks. */
  async read(): Promise<SeenConfiguration> {
    const seen = await this.#configuration.read();
    const now = this.#options.now();
    const entries = (seen?.bundles ?? []).map((bundle) =>
      readCaCertificates(bundle).filter((certificate) => !isExpired(certificate, now)),
    );
    this.trust.seen(entries, now, seen?.changedAt);
    this.present = distinct(entries.flat());
    if (seen === undefined)
      throw missing(`the configuration ${this.#configuration.name} does not exist`);
    if (seen.bundles.length === 0)
      throw missing(`the configuration ${this.#configuration.name} has no webhooks`);
    return seen;
  }

  /**
   * Adds the required CAs to the caBundle of every entry, and keeps the CAs of podherald that it has.
   * If all required CAs have expired, it writes nothing: the caBundle may come from another source.
   *
   * @throws AppError `certificate` if another client keeps changing the configuration.
   */
  async publish(required: readonly CaCertificate[], first: SeenConfiguration): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const seen = attempt === 0 ? first : await this.read();
      const now = this.#options.now();
      if (required.every((certificate) => isExpired(certificate, now))) return;
      const present = distinct(seen.bundles.flatMap(readCaCertificates));
      const bundle = bundleOf(required, present, now);
      if (seen.bundles.every((each) => each === bundle)) {
        this.#knows(bundle);
        return;
      }
      if (!this.#writes.take(now)) throw tooOften(seen);
      if ((await seen.setBundle(bundle)) === 'conflict') continue;
      this.#reportBundle(bundle, seen);
      this.#knows(bundle);
      this.present = readCaCertificates(bundle);
      // The time after the response: the write may have taken a while.
      this.trust.written(this.present, this.#options.now());
      return;
    }
    throw new AppError(
      'certificate',
      `another client changed the configuration during each of ${ATTEMPTS} attempts to write it`,
    );
  }

  #knows(bundle: string): void {
    this.#bundle = bundle;
    this.#bundleAt = this.#options.now();
  }

  /**
   * Whether the last change that managedFields tell of can be the one that removed the caBundle. Whoever removes a field
   * leaves no trace there, if it owns no other field.
   */
  #isNews({ changedAt }: SeenConfiguration): boolean {
    if (changedAt === undefined || this.#bundleAt === undefined) return false;
    return changedAt.getTime() >= Math.floor(this.#bundleAt.getTime() / 1000) * 1000;
  }

  #reportBundle(bundle: string, seen: SeenConfiguration): void {
    const entries = seen.bundles.length;
    const isHealed = bundle === this.#bundle;
    const changedBy = this.#isNews(seen) ? seen.changedBy : undefined;
    this.#options.report(
      isHealed ? { is: 'healed', entries, changedBy } : { is: 'published', entries },
    );
  }
}

function missing(what: string): AppError {
  return new AppError(
    'certificate',
    `${what}, so the API server sends no reviews; apply the manifest that \`podherald manifests\` prints`,
  );
}

function tooOften({ changedBy }: SeenConfiguration): AppError {
  const who = changedBy === undefined ? 'another client' : `the field manager ${changedBy}`;
  return new AppError(
    'certificate',
    `${who} keeps changing caBundle, which podherald sets; remove caBundle from the manifest that it applies`,
  );
}

interface TrustedCa {
  readonly sinceMs: number;
  /** Whether no other CA was trusted when it was added. */
  readonly isAlone: boolean;
}

/**
 * Since when each CA has been in the caBundle of every entry, as far as this replica knows. The API
 * servers learn of a change at different times, so a CA may be used only some seconds later.
 */
export class Trust {
  readonly #delayMs: number;
  readonly #inEvery = new Map<string, TrustedCa>();
  #isFirst = true;
  #inAny: ReadonlySet<string> = new Set();

  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  /**
   * Records the CAs of each entry as they were read. For the first configuration that a replica
   * reads, the time of its last change is used, so that a CA trusted for long delays nothing.
   */
  seen(entries: readonly (readonly CaCertificate[])[], now: Date, changedAt?: Date): void {
    const since = this.#isFirst && changedAt !== undefined && changedAt < now ? changedAt : now;
    this.#isFirst = false;
    this.#inAny = fingerprints(entries.flat());
    this.#keep(inEvery(entries), since);
  }

  /** Records the CAs that this replica has written to every entry. */
  written(certificates: readonly CaCertificate[], now: Date): void {
    this.#keep(certificates, now);
    this.#inAny = fingerprints(certificates);
  }

  has({ fingerprint }: CaCertificate): boolean {
    return this.#inEvery.has(fingerprint);
  }

  /**
   * How long until the CA may be used, in milliseconds: 0 if it may be used now, undefined if it is
   * not trusted.
   *
   * @param isServing whether a certificate of another CA is served until then. If none is, and no
   * other CA is trusted, there is nothing to wait for: a CA is never removed before it expires, so no
   * other replica serves a certificate of another CA either.
   */
  waitMs({ fingerprint }: CaCertificate, now: Date, isServing: boolean): number | undefined {
    const trusted = this.#inEvery.get(fingerprint);
    if (trusted === undefined) return undefined;
    if (trusted.isAlone && !isServing) return 0;
    const leftMs = trusted.sinceMs + this.#delayMs - now.getTime();
    // Longer than the delay only if the clock was set back.
    return Math.min(Math.max(0, leftMs), this.#delayMs);
  }

  #keep(certificates: readonly CaCertificate[], since: Date): void {
    const before = new Map(this.#inEvery);
    this.#inEvery.clear();
    for (const { fingerprint } of certificates) {
      const isAlone = [...this.#inAny].every((each) => each === fingerprint);
      const trusted = before.get(fingerprint) ?? { sinceMs: since.getTime(), isAlone };
      this.#inEvery.set(fingerprint, trusted);
    }
  }
}

function fingerprints(certificates: readonly CaCertificate[]): ReadonlySet<string> {
  return new Set(certificates.map(({ fingerprint }) => fingerprint));
}

function inEvery(entries: readonly (readonly CaCertificate[])[]): CaCertificate[] {
  const [first = [], ...others] = entries;
  return first.filter(({ fingerprint }) =>
    others.every((entry) => entry.some((each) => each.fingerprint === fingerprint)),
  );
}
