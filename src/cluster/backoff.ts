const FIRST_MS = 100;

/** So that the namespaces are right again within seconds, however long the API server was away. */
const LONGEST_MS = 3_000;

/** An API server asks for 1 to 8 s; this keeps a proxy's hour from being obeyed. */
const LONGEST_RETRY_AFTER_MS = 30_000;

/**
 * How long to wait after that many failures in a row: 100, 200, 400 … 3000 ms, of which the second
 * half is left to chance, so that replicas do not come in step.
 *
 * @param random from 0 to 1.
 * @param retryAfterMs what the API server asked for; never less is waited, within reason.
 */
export function backoffMs(failures: number, random: number, retryAfterMs = 0): number {
  if (failures === 0) return 0;
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  const own = whole / 2 + (whole / 2) * random;
  return Math.max(own, Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS));
}
