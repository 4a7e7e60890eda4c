import type { AuthorityCertificate } from './authority-certificate.ts';
import type { Authority, CaState } from './ca-state.ts';
import { isExpired, needsRenewal } from './needs-renewal.ts';

/** What a replica does about the Secret of the CA. */
export type Step =
  /** It signs with the CA of the Secret. */
  | { readonly do: 'adopt'; readonly authority: Authority }
  /** The same, once ca.crt also holds those. */
  | { readonly do: 'amend'; readonly authority: Authority }
  /** It puts the CA that it has in memory (back) there. */
  | { readonly do: 'restore'; readonly authority: Authority; readonly why: string }
  /** It makes a new one. */
  | { readonly do: 'make'; readonly why: string };

/**
 * | Secret | CA in memory | then |
 * |---|---|---|
 * | good | whichever | adopt: the Secret's CA counts, so that all replicas come to the same one |
 * | good, but ca.crt lacks a CA that this replica serves, or its own | | amend |
 * | due, absent or unusable | good | restore: nobody has to learn of a new CA |
 * | due, absent or unusable | none, or due | make |
 *
 * @param held the CA in memory: the last one that was adopted.
 * @param needed the CAs that ca.crt must hold besides its own.
 */
export function nextStep(
  state: CaState,
  held: Authority | undefined,
  needed: readonly AuthorityCertificate[],
  now: Date,
): Step {
  if (state.is === 'good') {
    const { authority, trusted } = state;
    const known = new Set(trusted.map(({ fingerprint }) => fingerprint));
    const isWhole = [authority, ...needed].every(({ fingerprint }) => known.has(fingerprint));
    return { do: isWhole ? 'adopt' : 'amend', authority };
  }
  const why = 'why' in state ? state.why : 'two thirds of the life of the CA are over';
  const isHeldGood = held !== undefined && !isExpired(held, now) && !needsRenewal(held, now);
  return isHeldGood ? { do: 'restore', authority: held, why } : { do: 'make', why };
}
