import type { AuthorityCertificate } from './authority-certificate.ts';
import { isExpired } from './needs-renewal.ts';
import { CLOCK_SKEW_MS } from './timing.ts';

/** So that no loop of whatever kind fills the configuration. A CA stands in it for a year at most. */
const MOST = 10;

/**
 * The bundle that is to be trusted, as text: the same for every replica that knows of the same CAs,
 * the youngest first, each of them once.
 *
 * A CA that is trusted now stays, until it has expired: who may still serve a certificate of it is
 * not known, and to take it out would cut that replica off. What is no CA of ours goes.
 *
 * @param known the CAs that have to be in it.
 * @param present the CAs of ours that are in it now.
 */
export function bundleOf(
  known: readonly AuthorityCertificate[],
  present: readonly AuthorityCertificate[],
  now: Date,
): string {
  // As clocks differ, it is taken out only when it has expired for everybody.
  const longAgo = new Date(now.getTime() - CLOCK_SKEW_MS);
  const all = [
    ...known.filter((certificate) => !isExpired(certificate, now)),
    ...present.filter((certificate) => !isExpired(certificate, longAgo)),
  ];
  return distinct(all)
    .sort(youngestFirst)
    .slice(0, MOST)
    .map(({ pem }) => pem)
    .join('');
}

export function distinct(certificates: readonly AuthorityCertificate[]): AuthorityCertificate[] {
  const byFingerprint = new Map(certificates.map((each) => [each.fingerprint, each]));
  return [...byFingerprint.values()];
}

function youngestFirst(one: AuthorityCertificate, other: AuthorityCertificate): number {
  const byTime = other.notBefore.getTime() - one.notBefore.getTime();
  return byTime === 0 ? one.fingerprint.localeCompare(other.fingerprint) : byTime;
}
