import { AppError } from '../../../errors.ts';
import type { KeyPair } from '../certificate.ts';
import { type AuthorityCertificate, readAuthorityCertificates } from './authority-certificate.ts';
import { bundleOf } from './bundle.ts';
import {
  type Authority,
  type CaSecretData,
  type CaState,
  caState,
  readAuthority,
} from './ca-state.ts';
import type { AuthorityEvent } from './events.ts';
import { nextStep, type Step } from './next-step.ts';
import { Pace } from './pace.ts';
import type { CaSecret, SeenSecret, Written } from './ports.ts';

/** Each attempt after the first one means that another replica has just written. */
const ATTEMPTS = 5;

export interface SecretKeeperOptions {
  readonly makeAuthority: () => Promise<KeyPair>;
  readonly now: () => Date;
  readonly tell: (event: AuthorityEvent) => void;
}

/** Keeps a CA that can be used in the Secret: one for all replicas. */
export class SecretKeeper {
  /** The last CA that was adopted, and its key: what the Secret is made again from. */
  held: Authority | undefined;
  /** The CAs that the Secret wants trusted. */
  trusted: readonly AuthorityCertificate[] = [];

  readonly #secret: CaSecret;
  readonly #options: SecretKeeperOptions;
  readonly #pace = new Pace();

  constructor(secret: CaSecret, options: SecretKeeperOptions) {
    this.#secret = secret;
    this.#options = options;
  }

  /**
   * @param served the CA whose certificate this replica serves: it must stay trusted.
   * @param present the CAs that are trusted now: other replicas may be serving certificates of theirs.
   */
  async keep(
    served: AuthorityCertificate | undefined,
    present: readonly AuthorityCertificate[],
  ): Promise<void> {
    const needed = served === undefined ? [] : [served];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const seen = await this.#secret.read();
      const now = this.#options.now();
      const state = caState(seen?.data, now);
      const step = nextStep(state, this.held, needed, now);
      if (step.do === 'adopt') return this.#adopt(step.authority, state.trusted);
      if (!this.#pace.take(now)) throw tooOften();
      const authority = await this.#authorityFor(step);
      const known = [...state.trusted, ...needed, ...this.#heldCertificates(), ...present];
      const data = dataOf(authority, known, now);
      if ((await this.#write(seen, data)) === 'conflict') continue;
      const trusted = readAuthorityCertificates(data['ca.crt']);
      if (step.do === 'amend') return this.#adopt(authority, trusted);
      this.#tell(step, state, authority);
      this.held = authority;
      this.trusted = trusted;
      return;
    }
    throw tooOften();
  }

  #adopt(authority: Authority, trusted: readonly AuthorityCertificate[]): void {
    this.trusted = trusted;
    if (this.held?.fingerprint === authority.fingerprint) return;
    this.held = authority;
    this.#options.tell({ is: 'adopted', expires: authority.notAfter });
  }

  async #authorityFor(step: Step): Promise<Authority> {
    if (step.do !== 'make') return step.authority;
    const { cert, key } = await this.#options.makeAuthority();
    const made = readAuthority({ 'tls.crt': cert, 'tls.key': key }, this.#options.now());
    if (typeof made === 'string') throw new AppError('internal', `a CA was made, but ${made}`);
    return made;
  }

  #heldCertificates(): AuthorityCertificate[] {
    return this.held === undefined ? [] : [this.held];
  }

  /** An empty object is a Secret too: what is there is updated, with whatever else it holds. */
  #write(seen: SeenSecret | undefined, data: Required<CaSecretData>): Promise<Written> {
    return seen === undefined ? this.#secret.create(data) : seen.update(data);
  }

  #tell(step: Step, state: CaState, { notAfter: expires }: Authority): void {
    const { tell } = this.#options;
    if (step.do === 'restore') tell({ is: 'restored', why: step.why, expires });
    if (step.do !== 'make') return;
    tell({ is: state.is === 'due' ? 'renewed' : 'created', why: step.why, expires });
  }
}

function dataOf(
  authority: Authority,
  known: readonly AuthorityCertificate[],
  now: Date,
): Required<CaSecretData> {
  return {
    'tls.crt': authority.pair.cert,
    'tls.key': authority.pair.key,
    'ca.crt': bundleOf([authority, ...known], [], now),
  };
}

function tooOften(): AppError {
  return new AppError(
    'certificate',
    'somebody else writes the Secret again and again; look who in its metadata.managedFields',
  );
}
