/** Attacks podherald with inputs that nobody writes by accident: see HELP. */

import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as fc from 'fast-check';
import { type Problem, TARGETS, type Target } from '../../test/support/hostile.ts';
import { INPUTS } from './inputs.ts';
import { type Runner, startRunner } from './runner.ts';
import { shortened } from './shorten.ts';

const HELP = `Usage: npm run fuzz -- [options]

Gives podherald inputs that may hurt it, and checks that each is handled: nothing is thrown, no input
takes more than a second of CPU or 300 MiB of heap, no review fails open, a patch applies strictly and
changes no value, and a second application adds nothing. A broken promise is a finding: its input is
made as small as possible and written to a file. The exit code is 1 if there are findings, and 2 if the
fuzzer itself fails, for example to generate an input.

Targets: reviews (bodies of POST /mutate), annotations (of pods and namespaces), config (texts of the
config file), manifests (inject, uninject and explain).

  --minutes N    minutes for each target (default: 1; 10 with --inputs)
  --inputs N     end a target after N inputs: the result does not depend on the speed of the machine
  --seed S       repeats the inputs of an earlier run (default: a random seed)
  --only TARGET  one of the targets; may be repeated
  --replay FILE  checks the input in a file; needs --only
  --help         print this help
`;

/** The folder of findings. Each file is the input itself. */
const FOLDER = 'fuzz-findings';

/** Inputs of one seed. fast-check makes larger ones later, and a seed is easy to repeat. */
const BATCH = 100;

/** A batch takes some seconds. Then fast-check makes a finding smaller, and would take hours. */
const BATCH_LIMIT_MS = 30_000;

/** How long one finding may be made smaller, beyond the minutes of the target. */
const SHRINK_MS = 60_000;

/** A target with more findings needs fixes, not more findings. */
const MAX_FINDINGS = 10;

interface Finding extends Problem {
  readonly file: string;
  readonly seed: number;
}

interface Result {
  readonly inputs: number;
  readonly seconds: number;
  readonly findings: readonly Finding[];
}

/** When a target ends: whatever comes first. */
interface Limits {
  readonly minutes: number;
  readonly inputs: number;
}

async function fuzz(target: Target, limits: Limits, seed: number): Promise<Result> {
  const runner = startRunner();
  const findings: Finding[] = [];
  const startMs = performance.now();
  const secondsSince = (): number => (performance.now() - startMs) / 1000;
  let inputs = 0;
  let spentMs = 0;
  for (let batch = seed; inputs < limits.inputs; batch++) {
    if (secondsSince() - spentMs / 1000 >= limits.minutes * 60) break;
    const known = new Set(findings.map(({ promise }) => promise));
    const found = await runBatch(runner, target, batch, known, () => {
      inputs += 1;
      if (inputs % 20 === 0) {
        progress(`${target}: ${inputs} inputs, ${findings.length} findings, seed ${batch}`);
      }
    });
    if (found === undefined) continue;
    spentMs += found.shrinkMs;
    const file = writeFinding(target, findings.length + 1, found.input);
    const { promise, detail } = found.problem;
    findings.push({ promise, detail, file, seed: batch });
    printFinding(target, { promise, detail, file, seed: batch }, found.input);
    if (findings.length >= MAX_FINDINGS) break;
  }
  runner.stop();
  return { inputs, seconds: secondsSince() - spentMs / 1000, findings };
}

interface Found {
  readonly problem: Problem;
  readonly input: string;
  readonly shrinkMs: number;
}

/** @param known promises that are broken already, which are not reported again. */
async function runBatch(
  runner: Runner,
  target: Target,
  seed: number,
  known: ReadonlySet<string>,
  counted: () => void,
): Promise<Found | undefined> {
  let first: Problem | undefined;
  let smallest = '';
  let foundMs = 0;
  let current: Promise<boolean> | undefined;
  /** Whether the input breaks the promise that is being looked at. */
  const breaks = async (input: string): Promise<boolean> => {
    let problems = await runner.run(target, input);
    // Code that V8 has not optimized yet, or a busy machine, takes longer the first time.
    if (problems.length > 0) problems = await runner.run(target, input);
    const problem = problems.find(({ promise }) =>
      first === undefined ? !known.has(promise) : promise === first.promise,
    );
    if (problem === undefined) return false;
    foundMs ||= performance.now();
    first = problem;
    smallest = input;
    return true;
  };
  const property = fc.asyncProperty(INPUTS[target], async (input) => {
    if (first === undefined) counted();
    current = breaks(input);
    return !(await current);
  });
  try {
    await fc.check(property, { seed, numRuns: BATCH, interruptAfterTimeLimit: BATCH_LIMIT_MS });
  } catch (cause) {
    throw new Error(`cannot generate an input of seed ${seed} for ${target}: ${String(cause)}`, {
      cause,
    });
  }
  // fast-check does not wait for the input that it interrupts.
  await current;
  if (first === undefined) return undefined;
  progress(`${target}: making an input of ${smallest.length} characters smaller`);
  await shortened(smallest, breaks, () => performance.now() < foundMs + SHRINK_MS);
  return { problem: first, input: smallest, shrinkMs: performance.now() - foundMs };
}

function writeFinding(target: Target, number: number, input: string): string {
  mkdirSync(FOLDER, { recursive: true });
  const ending = target === 'config' || target === 'manifests' ? 'yaml' : 'json';
  const file = join(FOLDER, `${target}-${number}.${ending}`);
  writeFileSync(file, input);
  return file;
}

function printFinding(
  target: Target,
  { promise, detail, file, seed }: Finding,
  input: string,
): void {
  const shown =
    input.length <= 1000 ? input : `${input.slice(0, 1000)}… (${input.length} characters)`;
  console.log(`${clear()}FINDING in ${target}: ${promise}
  ${detail.replaceAll('\n', '\n  ')}
  input: ${JSON.stringify(shown)}
  repeat: npm run fuzz -- --only ${target} --replay ${file}
  or, without the file: npm run fuzz -- --only ${target} --seed ${seed}`);
}

function clear(): string {
  return process.stderr.isTTY && process.stdout.isTTY ? '\r\x1b[K' : '';
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

async function fuzzAll(targets: readonly Target[], limits: Limits, seed: number): Promise<number> {
  const { minutes, inputs: most } = limits;
  const amount = Number.isFinite(most) ? `${most} inputs` : `${minutes} minutes`;
  console.log(`seed ${seed}, ${amount} for each of ${targets.join(', ')}`);
  let total = 0;
  for (const target of targets) {
    const { inputs, seconds, findings } = await fuzz(target, limits, seed);
    total += findings.length;
    const rate = `${(inputs / seconds).toFixed(0)} a second`;
    console.log(`${clear()}${target}: ${inputs} inputs, ${rate}, ${findings.length} findings`);
  }
  return total > 0 ? 1 : 0;
}

async function replay(targets: readonly Target[], file: string): Promise<number> {
  const [target, another] = targets;
  if (target === undefined || another !== undefined) throw new Error('--replay needs one --only');
  const runner = startRunner();
  const problems = await runner.run(target, readFileSync(file, 'utf8'));
  runner.stop();
  for (const { promise, detail } of problems) console.log(`FINDING: ${promise}\n  ${detail}`);
  if (problems.length === 0) console.log('no finding');
  return problems.length > 0 ? 1 : 0;
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    inputs: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
    replay: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0 && text !== '') return number;
  throw new Error(`--${name}: expected a number, got "${text}"`);
}

function targetOf(name: string): Target {
  const target = TARGETS.find((one) => one === name);
  if (target !== undefined) return target;
  throw new Error(`--only: expected one of ${TARGETS.join(', ')}; got "${name}"`);
}

async function main(): Promise<number> {
  const only = values.only.map(targetOf);
  if (values.replay !== undefined) return replay(only, values.replay);
  const seed = values.seed === undefined ? randomInt(2 ** 31) : numberOf('seed', values.seed);
  const inputs =
    values.inputs === undefined ? Number.POSITIVE_INFINITY : numberOf('inputs', values.inputs);
  const usual = Number.isFinite(inputs) ? '10' : '1';
  const minutes = numberOf('minutes', values.minutes ?? usual);
  return fuzzAll(only.length > 0 ? only : TARGETS, { minutes, inputs }, seed);
}

try {
  if (values.help) process.stdout.write(HELP);
  else process.exit(await main());
} catch (error) {
  console.error(`fuzz: ${(error as Error).message}`);
  // A runner may still be there.
  process.exit(2);
}
