/** podherald against a bare Node HTTPS server, and mutate() alone: see `--help`. */

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeWorkspace } from './certificate.ts';
import { canPin, endChildren, pinSelf, runForJson, SERVER_CORE } from './children.ts';
import { gatherEvidence } from './evidence.ts';
import type { MutateTimes } from './mutate.ts';
import { HELP, type Options, parseOptions } from './options.ts';
import { type Result, render } from './report.ts';
import { type Review, readReview } from './review.ts';
import { SOME_PATCH, startBare, startPodherald, type Workspace } from './servers.ts';
import { interleave, loadOf, type Pair } from './slices.ts';
import { compare, verdicts, warningsOf } from './summary.ts';

/** podherald gets faster for some 30,000 reviews, until V8 has compiled all of it. */
const WARM_UP_SECONDS = 8;

async function main(options: Options): Promise<number> {
  if (process.platform !== 'linux') throw new Error('the bench reads /proc: it needs Linux');
  pinSelf();
  const review = readReview(options.review);
  const space = await makeWorkspace();
  process.once('exit', () => rmSync(space.folder, { recursive: true, force: true }));
  const result = await run(options, review, space);
  console.log(options.json ? JSON.stringify(result, null, 2) : render(result));
  return options.check && result.aims.some((aim) => !aim.met) ? 1 : 0;
}

async function run(options: Options, review: Review, space: Workspace): Promise<Result> {
  const bodyFile = join(space.folder, 'review.json');
  writeFileSync(bodyFile, review.body);
  const { names, pairs, evidence } = await underLoad(options, review, space, bodyFile);
  const comparison = compare(pairs);
  const { seconds, rounds, connections } = options;
  const common = {
    review: { name: review.name, uid: review.uid, bytes: Buffer.byteLength(review.body) },
    slices: { seconds, rounds, connections, pinned: canPin },
    names,
    comparison,
    warnings: warningsOf(comparison, evidence),
  };
  if (evidence === undefined) return { ...common, aims: [] };
  const mutate = await mutateAlone(bodyFile);
  return { ...common, evidence, mutate, aims: verdicts(comparison, mutate) };
}

async function underLoad(options: Options, review: Review, space: Workspace, bodyFile: string) {
  const names: [string, string] = options.noise ? ['bare', 'bare too'] : ['bare', 'podherald'];
  const podherald = options.noise
    ? await startBare(space, review, { name: names[1], patch: SOME_PATCH })
    : await startPodherald(space, review);
  const bare = await startBare(space, review, { patch: podherald.patch });
  const load = loadOf({ ...options, uid: review.uid, bodyFile, caFile: space.certFile });
  progress('warm-up');
  await load(bare, WARM_UP_SECONDS);
  const warmUp = await load(podherald, WARM_UP_SECONDS);
  const pairs = await interleave(load, { bare, podherald }, options.rounds, progress);
  const sent = 1 + warmUp.reviews + total(pairs);
  const evidence = options.noise ? undefined : await gatherEvidence(podherald, sent);
  endChildren();
  return { names, pairs, evidence };
}

function mutateAlone(bodyFile: string): Promise<MutateTimes> {
  progress('mutate() alone');
  const script = fileURLToPath(new URL('./mutate.ts', import.meta.url));
  return runForJson<MutateTimes>(SERVER_CORE, [script, '--json', bodyFile]);
}

function total(pairs: readonly Pair[]): number {
  return pairs.reduce((sum, pair) => sum + pair.podherald.reviews, 0);
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}\r`);
}

process.once('exit', endChildren);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  else process.exitCode = await main(options);
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  endChildren();
}
