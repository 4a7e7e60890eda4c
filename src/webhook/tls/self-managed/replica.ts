import { backoffMs } from '../../../clock.ts';
import type { CaCluster } from '../../../cluster/ca-cluster.ts';
import type { CertificateRequest, KeyPair } from '../certificate.ts';
import { type CaCertificate, issue, makeCa } from './ca-certificate.ts';
import type { Ca } from './ca-state.ts';
import { type CaEvent, Failures } from './events.ts';
import { SecretKeeper } from './secret-keeper.ts';
import {
  isExpired,
  type Lifetime,
  lifetimeFrom,
  needsRenewal,
  retryBackoff,
  type Timing,
} from './timing.ts';
import { TrustKeeper } from './trust-keeper.ts';

export interface ReplicaOptions extends Pick<CertificateRequest, 'names' | 'addresses'> {
  readonly timing: Timing;
  /** The wall clock. */
  readonly now: () => Date;
  readonly report: (event: CaEvent) => void;
}

/** What a replica serves, and the CA that has signed it. */
interface Served extends Lifetime {
  readonly pair: KeyPair;
  readonly ca: Ca;
}

/**
 * The certificates of one replica. Everything happens in rounds: each reads the Secret, the
 * configuration and the clock, does what is missing, and remembers little. So it does not matter why
 * a round was started, what has changed meanwhile, or which other replica does the same.
 *
 * The timeline of a new CA, whether it is a renewal or the replacement of an unusable Secret. At any
 * time, every replica serves a certificate of a CA that the caBundle has held for some seconds:
 *
 * | step | Secret | caBundle | replica A, which makes the CA | replica B |
 * |---|---|---|---|---|
 * | 0 | signs: old | old | serves old | serves old |
 * | 1 | signs: new; trusts: new, old | old | serves old | serves old |
 * | 2 | | new, old | has set it; waits | serves old; would set it if A had died |
 * | 3 | | | after the delay serves new | serves old, because it saw step 2 later |
 * | 4 | | | | after its own delay serves new |
 * | 5 | | new, once old has expired | | |
 *
 * A replica that starts at step 1 or 2 waits for step 3: the old key is gone, and an unready replica
 * harms nobody. One that starts while the Secret is missing cannot know what the others serve. But
 * the caBundle holds the CAs that they may be serving, and no CA is removed from it before it expires.
 */
export class Replica {
  pair: KeyPair | undefined;

  readonly #options: ReplicaOptions;
  readonly #secret: SecretKeeper;
  readonly #configuration: TrustKeeper;
  readonly #failures: Failures;
  #served: Served | undefined;
  #hasRun = false;
  #untrustedSince: Date | undefined;

  constructor({ secret, configuration }: Omit<CaCluster, 'watch'>, options: ReplicaOptions) {
    this.#options = options;
    const { report, timing, now } = options;
    this.#failures = new Failures(report);
    this.#secret = new SecretKeeper(secret, {
      makeCa: () => makeCa(lifetimeFrom(now(), timing.caLifetimeMs)),
      now,
      report,
    });
    this.#configuration = new TrustKeeper(configuration, { ...timing, now, report });
  }

  /**
   * A step that fails is reported, and retried in the next round. The other steps still run, so that a
   * certificate is renewed even while the API server is unreachable, until its CA expires.
   *
   * @returns how long the next round may wait, in milliseconds.
   */
  async round(): Promise<number> {
    const [failures, configuration] = [this.#failures, this.#configuration];
    // Before the Secret: it holds the CAs that a new CA must not replace.
    const seen = await failures.attempt('MutatingWebhookConfiguration', () => configuration.read());
    await failures.attempt('Secret', () =>
      this.#secret.keep(this.#served?.ca, configuration.present),
    );
    if (seen !== undefined) {
      await failures.attempt('MutatingWebhookConfiguration', () =>
        configuration.publish(this.#required(), seen),
      );
    }
    await failures.attempt('certificate', () => this.#serve());
    this.#checkTrust();
    failures.endRound();
    this.#hasRun = true;
    return this.#pauseMs();
  }

  /** Why this replica should not get reviews; otherwise undefined. */
  notReady(): string | undefined {
    if (!this.#hasRun) return 'there is no certificate yet';
    const { sentences } = this.#failures;
    if (this.#served === undefined) {
      if (sentences.length > 0) return sentences.join('; ');
      return 'waiting until every API server trusts the new CA';
    }
    const since = this.#untrustedSince;
    const { now, timing } = this.#options;
    if (since === undefined || now().getTime() - since.getTime() < timing.graceMs) return undefined;
    const what = `since ${since.toISOString()}, the caBundle does not contain the CA of this replica's certificate`;
    return [what, ...sentences].join('; ');
  }

  /** The CAs that the caBundle must hold, as far as this replica knows. */
  #required(): CaCertificate[] {
    const { held, trusted } = this.#secret;
    return [held, this.#served?.ca, ...trusted].filter((each) => each !== undefined);
  }

  async #serve(): Promise<void> {
    const now = this.#options.now();
    const signer = this.#signer(now);
    if (signer === undefined) return;
    const served = this.#served;
    const isSame = served?.ca.fingerprint === signer.fingerprint;
    if (served !== undefined && isSame && !needsRenewal(served, now)) return;
    const { names, addresses, timing } = this.#options;
    const full = lifetimeFrom(now, timing.leafLifetimeMs);
    const notAfterMs = Math.min(full.notAfter.getTime(), signer.notAfter.getTime());
    const lifetime = { ...full, notAfter: new Date(notAfterMs) };
    const pair = await issue(signer.pair, { names, addresses, ...lifetime });
    this.#served = { ...lifetime, pair, ca: signer };
    this.pair = pair;
  }

  /**
   * The CA to sign with: the CA of the Secret as soon as it may be used, until then the CA of the
   * served certificate. If the latter has expired, the CA of the Secret is used as soon as it is in
   * the caBundle, without a delay, because an expired certificate would be useless.
   */
  #signer(now: Date): Ca | undefined {
    const { held } = this.#secret;
    const former = this.#served?.ca;
    const next = held === undefined || isExpired(held, now) ? undefined : held;
    const waitMs = next && this.#configuration.trust.waitMs(next, now, former !== undefined);
    if (waitMs === 0) return next;
    if (former === undefined) return undefined;
    if (!isExpired(former, now)) return former;
    return waitMs === undefined ? undefined : next;
  }

  #checkTrust(): void {
    const isTrusted = this.#served && this.#configuration.trust.has(this.#served.ca);
    this.#untrustedSince =
      isTrusted === false ? (this.#untrustedSince ?? this.#options.now()) : undefined;
  }

  #pauseMs(): number {
    const { timing, now } = this.#options;
    const { held } = this.#secret;
    const isWaiting = held !== undefined && held.fingerprint !== this.#served?.ca.fingerprint;
    const waitMs = isWaiting ? this.#configuration.trust.waitMs(held, now(), true) : undefined;
    const pausesMs = [timing.checkEveryMs, waitMs ?? timing.checkEveryMs];
    const { rounds } = this.#failures;
    // No jitter: replicas do not fail at the same moment anyway.
    if (rounds > 0) pausesMs.push(backoffMs(retryBackoff(timing), rounds, 1));
    return Math.min(...pausesMs);
  }
}
