import { type KeyPair, selfSigned } from './certificate.ts';
import type { PairAtHand } from './source.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Long enough for trying out, and gone with the process. */
const LIFETIME_DAYS = 7;

/** Clocks differ a little from machine to machine. */
const SKEW_MS = 5 * 60 * 1000;

/** A certificate for this machine alone, made anew at each start. */
export async function certificateInMemory(now: Date): Promise<PairAtHand> {
  const pair: KeyPair = await selfSigned({
    names: ['localhost'],
    addresses: ['127.0.0.1', '::1'],
    notBefore: new Date(now.getTime() - SKEW_MS),
    notAfter: new Date(now.getTime() + LIFETIME_DAYS * DAY_MS),
  });
  return { get: () => pair, start: () => {}, stop: () => {} };
}
