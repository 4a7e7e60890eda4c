import type { Lifetime } from './issue.ts';

/**
 * A certificate is renewed at two thirds of its life, a CA and a serving certificate alike: that
 * leaves a third (four months, two days) for whatever may be in the way. By the wall clock, as a
 * machine that sleeps stops its timers, and not the life of its certificates.
 */
export function needsRenewal({ notBefore, notAfter }: Lifetime, now: Date): boolean {
  const lifeMs = notAfter.getTime() - notBefore.getTime();
  return now.getTime() >= notBefore.getTime() + (lifeMs * 2) / 3;
}

export function isExpired({ notAfter }: Pick<Lifetime, 'notAfter'>, now: Date): boolean {
  return now > notAfter;
}
