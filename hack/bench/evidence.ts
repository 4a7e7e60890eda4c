import { setTimeout } from 'node:timers/promises';
import type { Server } from './servers.ts';

/** What podherald itself says of the reviews that it was sent: none may have gone unseen. */
export type Evidence = {
  readonly sent: number;
  readonly counted: number;
  readonly logLines: number;
};

/** podherald holds lines back for 200 ms at most. */
const LAST_LINES_MS = 2000;

export async function gatherEvidence(podherald: Server, sent: number): Promise<Evidence> {
  const counted = await reviewsCounted(podherald.adminPort ?? 0);
  const deadlineMs = performance.now() + LAST_LINES_MS;
  while (podherald.log.lines < sent && performance.now() < deadlineMs) await setTimeout(20);
  return { sent, counted, logLines: podherald.log.lines };
}

async function reviewsCounted(adminPort: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${adminPort}/metrics`);
  const text = await answer.text();
  const samples = text.matchAll(/^podherald_reviews_total(?:\{[^}]*\})? (\d+)/gm);
  return [...samples].reduce((sum, [, value]) => sum + Number(value), 0);
}
