import type { WriteResult } from '../../../cluster/api-client.ts';
import type { CaSecret, CaSecretData, SeenSecret } from '../../../cluster/ca-secret.ts';
import { AppError } from '../../../errors.ts';
import type { KeyPair } from '../certificate.ts';
import { bundleOf, type CaCertificate, readCaCertificates } from './ca-certificate.ts';
import { type Ca, type CaState, caState, nextStep, readCa, type Step } from './ca-state.ts';
import type { CaEvent } from './events.ts';
import { WriteLimit } from './timing.ts';

/** Each attempt after the first one means that another replica has just written. */
const ATTEMPTS = 5;

export interface SecretKeeperOptions {
  readonly makeCa: () => Promise<KeyPair>;
  readonly now: () => Date;
  readonly report: (event: CaEvent) => void;
}

/** Keeps a usable CA in the Secret, the same one for all replicas. */
export class SecretKeeper {
  /** The last CA that was adopted, with its key: the Secret can be restored from it. */
  held: Ca | undefined;
  /** The CAs in `ca.crt` of the Secret. */
  trusted: readonly CaCertificate[] = [];

  readonly #secret: CaSecret;
  readonly #options: SecretKeeperOptions;
  readonly #writes = new WriteLimit();

  constructor(secret: CaSecret, options: SecretKeeperOptions) {
    this.#secret = secret;
    this.#options = options;
  }

  /**
   * @param served the CA of the certificate that this replica serves: it must stay trusted.
   * @param present the CAs in the caBundle now: other replicas may serve their certificates.
   */
  async keep(served: CaCertificate | undefined, present: readonly CaCertificate[]): Promise<void> {
    const needed = served === undefined ? [] : [served];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const seen = await this.#secret.read();
      const now = this.#options.now();
      const state = caState(seen?.data, now);
      const step = nextStep(state, this.held, needed, now);
      if (step.do === 'adopt') return this.#adopt(step.ca, state.trusted);
      if (!this.#writes.take(now)) throw tooOften();
      const ca = await this.#caFor(step);
      const known = [...state.trusted, ...needed, ...this.#heldCertificates(), ...present];
      const data = dataOf(ca, known, now);
      if ((await this.#write(seen, data)) === 'conflict') continue;
      const trusted = readCaCertificates(data['ca.crt']);
      if (step.do === 'amend') return this.#adopt(ca, trusted);
      this.#reportStep(step, state, ca);
      this.held = ca;
      this.trusted = trusted;
      return;
    }
    throw tooOften();
  }

  #adopt(ca: Ca, trusted: readonly CaCertificate[]): void {
    this.trusted = trusted;
    if (this.held?.fingerprint === ca.fingerprint) return;
    this.held = ca;
    this.#options.report({ is: 'adopted', expires: ca.notAfter });
  }

  async #caFor(step: Step): Promise<Ca> {
    if (step.do !== 'make') return step.ca;
    const { cert, key } = await this.#options.makeCa();
    const made = readCa({ 'tls.crt': cert, 'tls.key': key }, this.#options.now());
    if (typeof made === 'string')
      throw new AppError(
        'internal',
        `bug in podherald: it created a CA that it cannot use: ${made}`,
      );
    return made;
  }

  #heldCertificates(): CaCertificate[] {
    return this.held === undefined ? [] : [this.held];
  }

  /** A Secret without a CA is updated, not replaced: whatever else it holds stays. */
  #write(seen: SeenSecret | undefined, data: Required<CaSecretData>): Promise<WriteResult> {
    return seen === undefined ? this.#secret.create(data) : seen.update(data);
  }

  #reportStep(step: Step, state: CaState, { notAfter: expires }: Ca): void {
    const { report } = this.#options;
    if (step.do === 'restore') report({ is: 'restored', why: step.why, expires });
    if (step.do !== 'make') return;
    report({ is: state.is === 'due' ? 'renewed' : 'created', why: step.why, expires });
  }
}

function dataOf(ca: Ca, known: readonly CaCertificate[], now: Date): Required<CaSecretData> {
  return {
    'tls.crt': ca.pair.cert,
    'tls.key': ca.pair.key,
    'ca.crt': bundleOf([ca, ...known], [], now),
  };
}

function tooOften(): AppError {
  return new AppError(
    'certificate',
    'another client keeps changing the Secret; find it in metadata.managedFields of the Secret, and stop it',
  );
}
