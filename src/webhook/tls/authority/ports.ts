import type { CaSecretData } from './ca-state.ts';

/** What the authority needs of a cluster. Whatever fails is thrown, with a sentence that says what to do. */
export interface AuthorityCluster {
  readonly secret: CaSecret;
  readonly configuration: TrustingConfiguration;
  /** Calls back whenever either of the two may have changed, until the signal aborts. */
  watch(onChange: () => void, signal: AbortSignal): void;
}

/** A write that came too late, as somebody else's came first, is no failure: one reads again. */
export type Written = 'written' | 'conflict';

/** The Secret that holds the CA. */
export interface CaSecret {
  /** @returns undefined where there is none. */
  read(): Promise<SeenSecret | undefined>;
  create(data: Required<CaSecretData>): Promise<Written>;
}

/** The Secret as it was when it was read. */
export interface SeenSecret {
  readonly data: CaSecretData;
  /** Conflicts unless the Secret is still as it was. */
  update(data: Required<CaSecretData>): Promise<Written>;
}

/** Our MutatingWebhookConfiguration: whom the API server trusts. */
export interface TrustingConfiguration {
  readonly name: string;
  /** @returns undefined where there is none. */
  read(): Promise<SeenConfiguration | undefined>;
}

/** The configuration as it was when it was read. */
export interface SeenConfiguration {
  /** The caBundle of each entry of `webhooks`, as text; empty where it has none. */
  readonly bundles: readonly string[];
  /** When anybody changed it last, and who, as far as its managedFields tell. */
  readonly changedAt?: Date | undefined;
  readonly changedBy?: string | undefined;
  /** Sets the caBundle of every entry. Conflicts unless the configuration is still as it was. */
  trust(bundle: string): Promise<Written>;
}

/** Time and chance as the authority needs them: passed in, so that years pass in milliseconds. */
export interface WallClock {
  now(): Date;
  /** Resolves that much later, or as soon as the signal aborts. */
  sleep(delayMs: number, signal: AbortSignal): Promise<void>;
}
