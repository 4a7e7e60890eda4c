import { AppError } from '../../../errors.ts';
import { type AuthorityCertificate, readAuthorityCertificates } from './authority-certificate.ts';
import { bundleOf, distinct } from './bundle.ts';
import type { AuthorityEvent } from './events.ts';
import { isExpired } from './needs-renewal.ts';
import { Pace } from './pace.ts';
import type { SeenConfiguration, TrustingConfiguration } from './ports.ts';
import { Trust } from './trust.ts';

/** Each attempt after the first one means that somebody else has just written. */
const ATTEMPTS = 5;

export interface TrustKeeperOptions {
  readonly trustDelayMs: number;
  readonly now: () => Date;
  readonly tell: (event: AuthorityEvent) => void;
}

/** Keeps the caBundle of every entry of the configuration equal to the bundle. */
export class TrustKeeper {
  readonly trust: Trust;
  /** The CAs of ours that any entry trusts, as they were seen last. */
  present: readonly AuthorityCertificate[] = [];

  readonly #configuration: TrustingConfiguration;
  readonly #options: TrustKeeperOptions;
  readonly #pace = new Pace();
  /** The bundle that all entries had when they were seen or written last. */
  #bundle: string | undefined;

  constructor(configuration: TrustingConfiguration, options: TrustKeeperOptions) {
    this.#configuration = configuration;
    this.#options = options;
    this.trust = new Trust(options.trustDelayMs);
  }

  /** @throws AppError where there is no configuration, or nothing in it that could trust. */
  async look(): Promise<SeenConfiguration> {
    const seen = await this.#configuration.read();
    const now = this.#options.now();
    const entries = (seen?.bundles ?? []).map((bundle) =>
      readAuthorityCertificates(bundle).filter((certificate) => !isExpired(certificate, now)),
    );
    this.trust.seen(entries, now, seen?.changedAt);
    this.present = distinct(entries.flat());
    if (seen === undefined) throw missing(`there is none of the name ${this.#configuration.name}`);
    if (seen.bundles.length === 0) throw missing(`${this.#configuration.name} has no webhooks`);
    return seen;
  }

  /**
   * Has every entry trust those CAs, and whomever of ours it trusts already. Who knows no CA that
   * lives has nothing to say: what stands there may be of another source, and still be served.
   */
  async publish(known: readonly AuthorityCertificate[], first: SeenConfiguration): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const seen = attempt === 0 ? first : await this.look();
      const now = this.#options.now();
      if (known.every((certificate) => isExpired(certificate, now))) return;
      const present = distinct(seen.bundles.flatMap(readAuthorityCertificates));
      const bundle = bundleOf(known, present, now);
      if (seen.bundles.every((each) => each === bundle)) {
        this.#bundle = bundle;
        return;
      }
      if (!this.#pace.take(now)) throw tooOften(seen);
      if ((await seen.trust(bundle)) === 'conflict') continue;
      this.#tell(bundle, seen);
      this.#bundle = bundle;
      this.present = readAuthorityCertificates(bundle);
      // The time after the answer: the change may have taken a while to get there.
      this.trust.written(this.present, this.#options.now());
      return;
    }
    throw new AppError('certificate', 'it changes while it is being written, again and again');
  }

  #tell(bundle: string, { bundles, changedBy }: SeenConfiguration): void {
    const entries = bundles.length;
    const isHealed = bundle === this.#bundle;
    this.#options.tell(
      isHealed ? { is: 'healed', entries, changedBy } : { is: 'published', entries },
    );
  }
}

function missing(what: string): AppError {
  return new AppError(
    'certificate',
    `${what}; nothing can be sent to podherald until it is applied`,
  );
}

function tooOften({ changedBy }: SeenConfiguration): AppError {
  const who = changedBy === undefined ? 'somebody else' : `the field manager ${changedBy}`;
  return new AppError(
    'certificate',
    `${who} changes its caBundle again and again, which podherald has to set: leave caBundle out there`,
  );
}
