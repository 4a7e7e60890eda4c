/** When something was last heard of, and how long it may be silent from then on. */
export interface Hearing {
  readonly atMs: number;
  readonly limitMs: number;
}

/** How long it may still be silent; 0 where it has been for too long. */
export function patienceLeftMs({ atMs, limitMs }: Hearing, nowMs: number): number {
  return Math.max(0, atMs + limitMs - nowMs);
}
