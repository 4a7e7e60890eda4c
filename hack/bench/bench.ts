/** Compares podherald with a bare HTTPS server, and times the steps of one review: see HELP. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureFresh, renderFresh } from './fresh.ts';
import { canPin, endChildren, pinSelf, runForJson, SERVER_CORE } from './processes.ts';
import { type Result, render } from './report.ts';
import { type Review, readAllReviews, readReview } from './review.ts';
import {
  gatherEvidence,
  makeWorkspace,
  SOME_PATCH,
  startBare,
  startPodherald,
  type Workspace,
} from './servers.ts';
import { interleave, loadOf, type Pair } from './slices.ts';
import type { StepTimes } from './steps.ts';
import { compare, targetsOf, warningsOf } from './summary.ts';

const HELP = `Usage: npm run bench -- [options]

Compares podherald with a bare node:https server, which parses the same AdmissionReview and always
sends the same patch. The two servers run on CPU core 0 (with taskset) and are loaded in turn, for
a few seconds each; the load generator runs on core 1. Then times each step of a review without a
server. Needs Linux.

  --seconds N      seconds of load on one server in each round (default: 3)
  --rounds N       number of rounds (default: 4); a round in which other processes use the core of
                   the servers is repeated, up to three times as many rounds in total
  --connections N  keep-alive connections, each with one request at a time (default: 16)
  --review FILE    AdmissionReview to send (default: test/reviews/78-serverless-revision.json)
  --rotation       send all of test/reviews in turn, most of which request something, instead of one
  --noise          compare two bare servers: shows how far from 1.00 the ratio of two equal servers
                   is on this machine
  --json           print the result as JSON
  --fresh          instead: compare both just after their start, at 100 reviews/s, in turn all of
                   test/reviews, with a new TLS connection for every tenth; podherald is the image's bundle
  --go             with --fresh: also a server in Go, which decodes the pod and sends a constant patch. Needs Go
  --node-flag=F    a flag of Node.js for podherald, such as --node-flag=--max-semi-space-size=1; can be
                   repeated
  --check          exit with 1 if a target is missed
  --help           print this help
`;

/** podherald gets faster for about 30,000 reviews, until V8 has optimized its code. */
const WARM_UP_SECONDS = 8;

async function main(options: Options): Promise<number> {
  if (process.platform !== 'linux') throw new Error('the benchmark reads /proc and needs Linux');
  pinSelf();
  if (options.fresh) {
    console.log(await fresh(options));
    return 0;
  }
  const review = readReview(options.review);
  const space = await makeWorkspace();
  process.once('exit', () => rmSync(space.folder, { recursive: true, force: true }));
  const result = await run(options, review, space);
  console.log(options.json ? JSON.stringify(result, null, 2) : render(result));
  return options.check && result.targets.some((target) => !target.met) ? 1 : 0;
}

async function fresh({ rounds, nodeFlags, go, json }: Options): Promise<string> {
  const space = await makeWorkspace();
  process.once('exit', () => rmSync(space.folder, { recursive: true, force: true }));
  const result = await measureFresh(space, { rounds, nodeFlags, go }, progress);
  return json ? JSON.stringify(result, null, 2) : renderFresh(result, rounds);
}

async function run(options: Options, review: Review, space: Workspace): Promise<Result> {
  const bodyFile = join(space.folder, 'review.json');
  writeFileSync(bodyFile, review.body);
  const bodies = join(space.folder, 'bodies');
  mkdirSync(bodies);
  for (const { name, body } of options.rotation ? readAllReviews() : [review]) {
    writeFileSync(join(bodies, name), body);
  }
  const { names, pairs, evidence } = await underLoad(options, review, space, bodies);
  const comparison = compare(pairs);
  const { seconds, rounds, connections } = options;
  const common = {
    review: { name: review.name, uid: review.uid, bytes: Buffer.byteLength(review.body) },
    slices: { seconds, rounds, connections, pinned: canPin },
    names,
    comparison,
    warnings: warningsOf(comparison, evidence),
  };
  if (evidence === undefined) return { ...common, targets: [] };
  const steps = await timeSteps(bodyFile);
  return { ...common, evidence, steps, targets: targetsOf(comparison, steps) };
}

async function underLoad(options: Options, review: Review, space: Workspace, bodies: string) {
  const names: [string, string] = options.noise ? ['bare', 'bare 2'] : ['bare', 'podherald'];
  const podherald = options.noise
    ? await startBare(space, review, { name: names[1], patch: SOME_PATCH })
    : await startPodherald(space, review, { nodeFlags: [...options.nodeFlags] });
  const bare = await startBare(space, review, { patch: podherald.patch });
  const load = loadOf({ ...options, bodies, caFile: space.certFile });
  progress('warming up');
  await load(bare, WARM_UP_SECONDS);
  const warmUp = await load(podherald, WARM_UP_SECONDS);
  const pairs = await interleave(load, { bare, podherald }, options.rounds, progress);
  const sent = 1 + warmUp.reviews + reviewsOf(pairs);
  const evidence = options.noise ? undefined : await gatherEvidence(podherald, sent);
  endChildren();
  return { names, pairs, evidence };
}

function timeSteps(bodyFile: string): Promise<StepTimes> {
  progress('timing the steps of a review');
  const script = fileURLToPath(new URL('./steps.ts', import.meta.url));
  return runForJson<StepTimes>(SERVER_CORE, [script, '--json', bodyFile]);
}

/** The number of reviews that podherald got in these rounds. */
function reviewsOf(pairs: readonly Pair[]): number {
  return pairs.reduce((sum, pair) => sum + pair.podherald.reviews, 0);
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}\r`);
}

type Options = {
  readonly seconds: number;
  readonly rounds: number;
  readonly connections: number;
  readonly review: string | undefined;
  readonly rotation: boolean;
  readonly noise: boolean;
  readonly fresh: boolean;
  readonly go: boolean;
  readonly nodeFlags: readonly string[];
  readonly json: boolean;
  readonly check: boolean;
  readonly help: boolean;
};

function parseOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seconds: { type: 'string', default: '3' },
      rounds: { type: 'string', default: '4' },
      connections: { type: 'string', default: '16' },
      review: { type: 'string' },
      rotation: { type: 'boolean', default: false },
      noise: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      go: { type: 'boolean', default: false },
      'node-flag': { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    review: values.review,
    nodeFlags: values['node-flag'],
    seconds: wholeNumber('seconds', values.seconds, 600),
    rounds: wholeNumber('rounds', values.rounds, 1000),
    connections: wholeNumber('connections', values.connections, 1000),
  };
}

function wholeNumber(name: string, text: string, largest: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > largest) {
    throw new Error(`--${name}: expected a whole number from 1 to ${largest}, got "${text}"`);
  }
  return value;
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
