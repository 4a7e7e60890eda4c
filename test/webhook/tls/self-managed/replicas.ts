import { X509Certificate } from 'node:crypto';
import { onTestFinished } from 'vitest';
import {
  type CertificateSource,
  invalidAt,
} from '../../../../src/webhook/tls/certificate-source.ts';
import type { CaEvent } from '../../../../src/webhook/tls/self-managed/events.ts';
import { selfManaged } from '../../../../src/webhook/tls/self-managed/self-managed.ts';
import { TIMING, type Timing } from '../../../../src/webhook/tls/self-managed/timing.ts';
import { FakeCluster } from './fake-cluster.ts';
import { type Sleeper, VirtualTime } from './virtual-time.ts';

export const START = new Date('2030-01-01T00:00:00Z');
export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The real lifetimes and delays, but with rare checks while nothing happens. */
const SELDOM: Timing = { ...TIMING, checkEveryMs: 12 * HOUR_MS };

/** How late an API server learns of a change: somewhat less than the replicas assume. */
const LAG_MS = TIMING.trustDelayMs - 2 * SECOND_MS;

export interface TestReplica {
  readonly name: string;
  readonly source: CertificateSource;
  readonly sleeper: Sleeper;
  readonly events: CaEvent[];
  isReady(): boolean;
}

/** A cluster with any number of replicas, in a virtual time of its own. */
export class Replicas {
  readonly time = new VirtualTime(START);
  readonly cluster: FakeCluster;
  readonly running: TestReplica[] = [];
  /** When an API server that trusts a CA of podherald did not trust a ready replica. */
  readonly cuts: string[] = [];
  readonly #timing: Timing;
  #count = 0;

  constructor(seed = 1, timing: Timing = SELDOM) {
    this.cluster = new FakeCluster({ time: this.time, random: dice(seed) });
    this.#timing = timing;
    onTestFinished(() => this.stop());
  }

  /** @param aheadMs how far its clock is ahead of the others. */
  start(aheadMs = 0): TestReplica {
    const sleeper = this.time.sleeper();
    sleeper.date = () => new Date(this.time.nowMs + aheadMs);
    const name = `replica ${++this.#count}`;
    const events: CaEvent[] = [];
    const source = selfManaged({
      cluster: this.cluster.seenBy(sleeper, name),
      clock: sleeper,
      names: ['podherald.podherald.svc'],
      addresses: [],
      timing: this.#timing,
      report: (event) => void events.push(event),
    });
    source.start(() => {});
    const isReady = (): boolean => {
      const pair = source.get();
      if (pair === undefined || source.notReady?.() !== undefined) return false;
      return invalidAt(pair, this.time.now()) === undefined;
    };
    const replica = { name, source, sleeper, events, isReady };
    this.running.push(replica);
    return replica;
  }

  /** Ends a replica as SIGKILL does. */
  kill(replica: TestReplica): void {
    this.running.splice(this.running.indexOf(replica), 1);
    this.cluster.forget(replica.sleeper);
    this.time.forget(replica.sleeper);
    replica.source.stop();
  }

  stop(): void {
    for (const replica of [...this.running]) this.kill(replica);
  }

  pass(ms: number): Promise<void> {
    return this.time.pass(ms, () => this.#look());
  }

  /** The fingerprint of the CA that has signed each replica's certificate. */
  authorities(): string[] {
    const trusted = trustedBy(this.cluster.configuration?.value[0] ?? '', this.time.now());
    return this.running.map(({ source }) => signerOf(source, trusted));
  }

  /** Every ready replica must be trusted by every API server, whichever changes that has learnt of. */
  #look(): void {
    const now = this.time.now();
    for (const bundles of this.cluster.beliefs(LAG_MS)) {
      for (const bundle of bundles) {
        const trusted = trustedBy(bundle, now);
        if (trusted.length === 0) continue;
        for (const { name, source } of this.running.filter((each) => each.isReady())) {
          if (signerOf(source, trusted) === 'nobody')
            this.cuts.push(`${now.toISOString()} ${name}`);
        }
      }
    }
  }
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const parsed = new Map<string, X509Certificate>();

function certificateOf(pem: string): X509Certificate {
  const certificate = parsed.get(pem) ?? new X509Certificate(pem);
  parsed.set(pem, certificate);
  return certificate;
}

/** Reads a caBundle as a TLS client does, without the code under test. */
export function trustedBy(bundle: string, now: Date): X509Certificate[] {
  return (bundle.match(PEM) ?? [])
    .map(certificateOf)
    .filter(({ validFrom, validTo }) => new Date(validFrom) <= now && now <= new Date(validTo));
}

const verified = new Map<string, boolean>();

function signerOf(source: CertificateSource, trusted: readonly X509Certificate[]): string {
  const pair = source.get();
  if (pair === undefined) return 'nothing is served';
  const leaf = certificateOf(pair.cert);
  const signer = trusted.find((ca) => {
    const key = leaf.fingerprint256 + ca.fingerprint256;
    const isSigner = verified.get(key) ?? (leaf.checkIssued(ca) && leaf.verify(ca.publicKey));
    verified.set(key, isSigner);
    return isSigner;
  });
  return signer?.fingerprint256 ?? 'nobody';
}

/** Mulberry32: the same numbers for the same seed. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
