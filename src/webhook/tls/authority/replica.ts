import type { CertificateRequest, KeyPair } from '../certificate.ts';
import type { AuthorityCertificate } from './authority-certificate.ts';
import type { Authority } from './ca-state.ts';
import type { AuthorityEvent } from './events.ts';
import { issue, type Lifetime, lifetimeFrom, makeAuthority } from './issue.ts';
import { isExpired, needsRenewal } from './needs-renewal.ts';
import type { AuthorityCluster } from './ports.ts';
import { SecretKeeper } from './secret-keeper.ts';
import { retryMs, type Timing } from './timing.ts';
import { Troubles } from './troubles.ts';
import { TrustKeeper } from './trust-keeper.ts';

export interface ReplicaOptions extends Pick<CertificateRequest, 'names' | 'addresses'> {
  readonly timing: Timing;
  /** The wall clock. */
  readonly now: () => Date;
  readonly tell: (event: AuthorityEvent) => void;
}

/** What a replica serves, and the CA that has signed it. */
interface Served extends Lifetime {
  readonly pair: KeyPair;
  readonly authority: Authority;
}

/**
 * One replica of podherald, as far as certificates go. It is all in its rounds: each looks at the
 * Secret, at the configuration and at the clock, does what is missing, and remembers little. So it
 * does not matter what a round was begun for, what has changed meanwhile, or who else does the same.
 *
 * The timeline of a new CA, be it renewed or the answer to a Secret that went bad. At any time any
 * replica serves a certificate of a CA that the caBundle has held for some seconds:
 *
 * | step | Secret | caBundle | replica A, which makes it | replica B |
 * |---|---|---|---|---|
 * | 0 | signs: old | old | serves old | serves old |
 * | 1 | signs: new; trusts: new, old | old | serves old | serves old |
 * | 2 | | new, old | has set it; waits | serves old; would set it if A had died |
 * | 3 | | | after the delay serves new | serves old, as it saw step 2 later |
 * | 4 | | | | after its own delay serves new |
 * | 5 | | new, once old has expired | | |
 *
 * A replica that starts at step 1 or 2 waits for step 3: the old key is gone, and unready it hurts
 * nobody. One that starts while the Secret is missing cannot know what the others serve; but the
 * caBundle tells whom they may be serving, and nothing that is trusted is taken out of it.
 */
export class Replica {
  pair: KeyPair | undefined;

  readonly #options: ReplicaOptions;
  readonly #secret: SecretKeeper;
  readonly #configuration: TrustKeeper;
  readonly #troubles: Troubles;
  #served: Served | undefined;
  #hasLooked = false;
  #untrustedSince: Date | undefined;

  constructor({ secret, configuration }: Omit<AuthorityCluster, 'watch'>, options: ReplicaOptions) {
    this.#options = options;
    const { tell, timing, now } = options;
    this.#troubles = new Troubles(tell);
    this.#secret = new SecretKeeper(secret, {
      makeAuthority: () => makeAuthority(lifetimeFrom(now(), timing.caLifetimeMs)),
      now,
      tell,
    });
    this.#configuration = new TrustKeeper(configuration, { ...timing, now, tell });
  }

  /**
   * Whatever fails is told and tried again in the next round; the rest goes on, so that also
   * without an API server a certificate is renewed as long as its CA lives.
   *
   * @returns how long the next round may wait.
   */
  async round(): Promise<number> {
    const [troubles, configuration] = [this.#troubles, this.#configuration];
    // Before the Secret: it tells whom a new CA must not push out.
    const seen = await troubles.attempt('MutatingWebhookConfiguration', () => configuration.look());
    await troubles.attempt('Secret', () =>
      this.#secret.keep(this.#served?.authority, configuration.present),
    );
    if (seen !== undefined) {
      await troubles.attempt('MutatingWebhookConfiguration', () =>
        configuration.publish(this.#known(), seen),
      );
    }
    await troubles.attempt('certificate', () => this.#serve());
    this.#watchTrust();
    troubles.endRound();
    this.#hasLooked = true;
    return this.#pauseMs();
  }

  /** undefined, or why reviews had better not be sent here. */
  notReady(): string | undefined {
    if (!this.#hasLooked) return 'there is none yet';
    const { sentences } = this.#troubles;
    if (this.#served === undefined) {
      if (sentences.length > 0) return sentences.join('; ');
      return 'a new CA waits until every API server has heard of it';
    }
    const since = this.#untrustedSince;
    const { now, timing } = this.#options;
    if (since === undefined || now().getTime() - since.getTime() < timing.graceMs) return undefined;
    const what = `no API server trusts the certificate since ${since.toISOString()}`;
    return [what, ...sentences].join('; ');
  }

  /** The CAs that have to be trusted, as far as this replica knows. */
  #known(): AuthorityCertificate[] {
    const { held, trusted } = this.#secret;
    return [held, this.#served?.authority, ...trusted].filter((each) => each !== undefined);
  }

  async #serve(): Promise<void> {
    const now = this.#options.now();
    const signer = this.#signer(now);
    if (signer === undefined) return;
    const served = this.#served;
    const isSame = served?.authority.fingerprint === signer.fingerprint;
    if (served !== undefined && isSame && !needsRenewal(served, now)) return;
    const { names, addresses, timing } = this.#options;
    const wanted = lifetimeFrom(now, timing.leafLifetimeMs);
    const notAfterMs = Math.min(wanted.notAfter.getTime(), signer.notAfter.getTime());
    const lifetime = { ...wanted, notAfter: new Date(notAfterMs) };
    const pair = await issue(signer.pair, { names, addresses, ...lifetime });
    this.#served = { ...lifetime, pair, authority: signer };
    this.pair = pair;
  }

  /**
   * The CA of the Secret once it may be used, and until then the one that is served, as long as
   * that lives. Where neither is left, the new one need only be trusted: nobody is protected by an
   * old one that has expired.
   */
  #signer(now: Date): Authority | undefined {
    const { held } = this.#secret;
    const former = this.#served?.authority;
    const next = held === undefined || isExpired(held, now) ? undefined : held;
    const waitMs = next && this.#configuration.trust.waitMs(next, now, former !== undefined);
    if (waitMs === 0) return next;
    if (former === undefined) return undefined;
    if (!isExpired(former, now)) return former;
    return waitMs === undefined ? undefined : next;
  }

  #watchTrust(): void {
    const isTrusted = this.#served && this.#configuration.trust.has(this.#served.authority);
    this.#untrustedSince =
      isTrusted === false ? (this.#untrustedSince ?? this.#options.now()) : undefined;
  }

  #pauseMs(): number {
    const { timing, now } = this.#options;
    const { held } = this.#secret;
    const isWaiting =
      held !== undefined && held.fingerprint !== this.#served?.authority.fingerprint;
    const waitMs = isWaiting ? this.#configuration.trust.waitMs(held, now(), true) : undefined;
    const pausesMs = [timing.checkEveryMs, waitMs ?? timing.checkEveryMs];
    const { failures } = this.#troubles;
    if (failures > 0) pausesMs.push(retryMs(failures, timing.longestRetryMs));
    return Math.min(...pausesMs);
  }
}
