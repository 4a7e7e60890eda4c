/**
 * Times the steps of one review without a server. Each call gets a freshly parsed pod, as in the
 * webhook. A time is measured over a batch of calls, so that reading the clock adds little to it.
 * Usage: steps.ts [--json] [FILE], where FILE is an AdmissionReview.
 */

import { parseArgs } from 'node:util';
import { mutate } from '../../src/core/admission/mutate.ts';
import type { Mutation } from '../../src/core/admission/mutation.ts';
import { respond } from '../../src/core/admission/response.ts';
import { type AdmissionRequest, isInvalid, parseReview } from '../../src/core/admission/review.ts';
import { defaultRules } from '../../src/core/decision/rules.ts';
import { median } from './measurements.ts';
import { readReview } from './review.ts';

/** Time per call. The mean includes garbage collection and interruptions by other processes. */
export type CallTime = { readonly medianUs: number; readonly meanUs: number };

/** The steps of one review, in order. */
export type Step = 'JSON.parse' | 'parseReview' | 'mutate' | 'answer' | 'JSON.stringify';
export type StepTimes = Readonly<Record<Step, CallTime>>;

const BATCH = 50;
const WARM_UP_BATCHES = 400;
const BATCHES = 1000;

const rules = defaultRules('0.0.0');

/** Times each step of the review with this body. Throws if podherald does not patch its pod. */
function timeSteps(body: Buffer): StepTimes {
  for (let at = 0; at < WARM_UP_BATCHES; at++) timeBatch(body);
  const batches = Array.from({ length: BATCHES }, () => timeBatch(body));
  const of = (step: Step): CallTime => {
    const us = batches.map((batch) => batch[step]);
    return { medianUs: median(us), meanUs: us.reduce((sum, each) => sum + each, 0) / us.length };
  };
  return {
    'JSON.parse': of('JSON.parse'),
    parseReview: of('parseReview'),
    mutate: of('mutate'),
    answer: of('answer'),
    'JSON.stringify': of('JSON.stringify'),
  };
}

function timeBatch(body: Buffer): Record<Step, number> {
  const bodies = Array.from({ length: BATCH }, () => body);
  const [parsed, parseUs] = timed(bodies, (each) => JSON.parse(each.toString()) as unknown);
  const [requests, readUs] = timed(parsed, requestOf);
  const [mutations, mutateUs] = timed(requests, mutationOf);
  const pairs = requests.map((request, at) => ({ request, mutation: mutations[at] as Mutation }));
  const [answers, answerUs] = timed(pairs, ({ request, mutation }) => respond(request, mutation));
  const [, stringifyUs] = timed(answers, (each) => JSON.stringify(each));
  return {
    'JSON.parse': parseUs,
    parseReview: readUs,
    mutate: mutateUs,
    answer: answerUs,
    'JSON.stringify': stringifyUs,
  };
}

/** Calls `call` with each input; returns the results and the average time per call in µs. */
function timed<In, Out>(inputs: readonly In[], call: (input: In) => Out): [Out[], number] {
  const startMs = performance.now();
  const results = inputs.map((input) => call(input));
  return [results, ((performance.now() - startMs) * 1000) / inputs.length];
}

function requestOf(parsed: unknown): AdmissionRequest {
  const request = parseReview(parsed);
  if (isInvalid(request)) throw new Error(request.invalid);
  return request;
}

function mutationOf(request: AdmissionRequest): Mutation {
  const mutation = mutate(request.object, { name: request.namespace }, rules);
  if (mutation.operations.length === 0)
    throw new Error('mutate() returned no patch: the pod of the review requests nothing');
  return mutation;
}

function main(): void {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const review = readReview(positionals[0]);
  const times = timeSteps(Buffer.from(review.body));
  if (values.json) console.log(JSON.stringify(times));
  else console.table(times);
}

if (import.meta.main) main();
