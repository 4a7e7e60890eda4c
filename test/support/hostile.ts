import { compile } from '../../src/config/compile.ts';
import { configLines, faultLine, parseConfig } from '../../src/config/parse.ts';
import { printConfig } from '../../src/config/print.ts';
import { mutate } from '../../src/core/admission/mutate.ts';
import type { Mutation } from '../../src/core/admission/mutation.ts';
import { respond } from '../../src/core/admission/response.ts';
import { isObject, type Json } from '../../src/core/api/json.ts';
import type { AddOperation } from '../../src/core/api/json-patch.ts';
import { isMalformed, parsePod } from '../../src/core/api/parse-pod.ts';
import type { Annotations } from '../../src/core/api/pod.ts';
import { logSentenceOf, sentenceOf } from '../../src/core/decision/findings.ts';
import { defaultRules, type Rules } from '../../src/core/decision/rules.ts';
import { explainWorkload } from '../../src/diagnosis/explain-workload.ts';
import { type ManifestDocument, parseManifest } from '../../src/manifests/documents.ts';
import { type InjectedManifest, injectManifests } from '../../src/manifests/inject.ts';
import { knownNamespace, namespacesIn } from '../../src/manifests/objects.ts';
import { uninjectManifests } from '../../src/manifests/uninject.ts';
import { createMetrics } from '../../src/webhook/server/metrics.ts';
import { webhookApp } from '../../src/webhook/server/webhook.ts';
import { requestFor } from './cases.ts';
import { logLines } from './log-lines.ts';
import { losses } from './only-adds.ts';
import { applyStrictly } from './strict-json-patch.ts';
import { operationsOf } from './webhook-door.ts';

/** A kind of input that somebody may write to hurt podherald. Each is checked as text. */
export const TARGETS = ['reviews', 'annotations', 'config', 'manifests'] as const;

export type Target = (typeof TARGETS)[number];

/** A promise of podherald that an input breaks. */
export interface Problem {
  /** Which promise; the same for all inputs that fail in the same way. */
  readonly promise: string;
  readonly detail: string;
}

/** The input of the target `annotations`, as JSON. */
export interface AnnotationsInput {
  readonly pod: Json;
  readonly defaults: Annotations;
  /** The text of the config. */
  readonly config: string;
}

/** The most CPU time for one input, in milliseconds. */
const CPU_LIMIT_MS = 1000;

/** The longest response to a review: more than twice what the API server stores of one object. */
const RESPONSE_LIMIT_BYTES = 4 * 1024 * 1024;

/** The only thing that podherald replaces in a pod. */
const STATUS_KEY = /^(?:[^/]+\/)?status$/;

/**
 * Gives an input to podherald and checks what comes out: nothing is thrown, one call takes at most a
 * second of CPU, no review fails open, a patch applies strictly and only adds, and a second
 * application adds nothing.
 *
 * @returns the promises that the input breaks; empty if there are none.
 */
export async function checkInput(target: Target, input: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  const run: Run = {
    fail: (promise, detail) => void problems.push({ promise, detail }),
    async timed(name, work) {
      const { user, system } = process.threadCpuUsage();
      try {
        return await work();
      } finally {
        const used = process.threadCpuUsage();
        const usedMs = (used.user + used.system - user - system) / 1000;
        if (usedMs > CPU_LIMIT_MS) {
          run.fail(`${name} takes more than ${CPU_LIMIT_MS} ms of CPU`, `${usedMs.toFixed(0)} ms`);
        }
      }
    },
  };
  try {
    await CHECKS[target](input, run);
  } catch (error) {
    run.fail(`throws ${thrownAt(error)}`, String(error));
  }
  return problems;
}

/** One check of an input. */
interface Run {
  fail(promise: string, detail: string): void;
  /** Fails if the work takes too much CPU. */
  timed<T>(name: string, work: () => T | Promise<T>): Promise<T>;
}

const CHECKS: Readonly<Record<Target, (input: string, run: Run) => Promise<void>>> = {
  reviews: checkReview,
  annotations: checkAnnotations,
  config: checkConfig,
  manifests: checkManifest,
};

/** The type of an error and the file of src that throws it. */
function thrownAt(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [, file = 'outside of src'] = /(src\/[\w/.-]+\.ts)/.exec(error.stack ?? '') ?? [];
  return `${error.name} in ${file}`;
}

const CONFIG = `onInvalid: warn
profiles:
  team: {env: {A: metadata.uid, B: $(A), MEM: limits.memory:1Mi}, files: {a/b: metadata.labels}}
metadata: {path: /etc/pod}
`;

/** The rules of a config, for pods that the API server sends. */
function rulesOf(config: string): Rules {
  const parsed = parseConfig(config);
  return 'config' in parsed ? compile(parsed.config, 'test').rules : defaultRules('test');
}

const { log, lines } = logLines('info');
const CONFIG_RULES = rulesOf(CONFIG);
const DOOR = webhookApp({ rules: () => CONFIG_RULES, metrics: createMetrics('test'), log });

async function checkReview(body: string, run: Run): Promise<void> {
  const patch = await checkPost(body, run, 'a review');
  if (patch === undefined || patch.length === 0) return;
  const review = JSON.parse(body);
  const { object } = review.request;
  const after = applied(object, patch, run);
  if (after === undefined) return;
  const again = textOf({ ...review, request: { ...review.request, object: after } });
  if (again === undefined) return;
  const second = await checkPost(again, run, 'the second review of a pod');
  if (second && second.length > 0) {
    run.fail('a second review adds something', JSON.stringify(second).slice(0, 500));
  }
}

/** @returns undefined if a value is nested in thousands of levels, which JSON.stringify cannot write. */
function textOf(value: Json): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** @returns the patch; undefined if the body was rejected. */
async function checkPost(
  body: string,
  run: Run,
  name: string,
): Promise<readonly AddOperation[] | undefined> {
  lines.length = 0;
  const response = await run.timed(name, () =>
    DOOR.inject({
      method: 'POST',
      url: '/mutate',
      headers: { 'content-type': 'application/json' },
      payload: body,
    }),
  );
  if (![200, 400, 413].includes(response.statusCode)) {
    run.fail(`answers ${response.statusCode}`, response.body.slice(0, 500));
  }
  const failed = lines.find(({ level, outcome }) => level >= 50 || outcome === 'failed_open');
  if (failed) run.fail('a review fails open', JSON.stringify(failed).slice(0, 2000));
  if (response.rawPayload.length > RESPONSE_LIMIT_BYTES) {
    run.fail('a response is too large', `${response.rawPayload.length} bytes`);
  }
  if (response.statusCode !== 200) return undefined;
  return operationsOf(JSON.parse(response.body).response);
}

/** @returns undefined if the patch is wrong. */
function applied(pod: Json, operations: readonly AddOperation[], run: Run): Json | undefined {
  try {
    const after = applyStrictly(pod, operations);
    const lost = losses(withoutStatus(pod), after);
    if (lost.length > 0) run.fail('a patch changes a value', lost.slice(0, 5).join('; '));
    return after;
  } catch (error) {
    // The applier cannot clone a value that is nested in thousands of levels.
    if (!(error instanceof RangeError)) run.fail('a patch does not apply strictly', String(error));
    return undefined;
  }
}

function withoutStatus(pod: Json): Json {
  if (!isObject(pod) || !isObject(pod['metadata'])) return pod;
  const { metadata } = pod;
  if (!isObject(metadata['annotations'])) return pod;
  const kept = Object.entries(metadata['annotations']).filter(([key]) => !STATUS_KEY.test(key));
  return { ...pod, metadata: { ...metadata, annotations: Object.fromEntries(kept) } };
}

async function checkAnnotations(input: string, run: Run): Promise<void> {
  const { pod, defaults, config } = JSON.parse(input) as AnnotationsInput;
  const rules = rulesOf(config);
  const shop = { name: 'shop', annotations: defaults };
  const mutation = await run.timed('mutate', () => mutate(pod, shop, rules));
  await checkMutation(pod, mutation, run);
  const after = applied(pod, mutation.operations, run);
  if (after === undefined) return;
  const { operations } = await run.timed('a second mutate', () => mutate(after, shop, rules));
  if (operations.length > 0) {
    run.fail('a second mutate adds something', JSON.stringify(operations).slice(0, 500));
  }
}

async function checkMutation(pod: Json, mutation: Mutation, run: Run): Promise<void> {
  if (mutation.outcome === 'failed_open') {
    run.fail(`fails open: ${thrownAt(mutation.error)}`, String(mutation.error));
  }
  const text = await run.timed('respond', () => JSON.stringify(respond(requestFor(pod), mutation)));
  if (text.length > RESPONSE_LIMIT_BYTES) {
    run.fail('a response is too large', `${text.length} characters`);
  }
  for (const sentence of mutation.findings.flatMap((one) => [
    sentenceOf(one),
    logSentenceOf(one),
  ])) {
    if (!/^\P{Cc}+$/u.test(sentence)) {
      run.fail('a sentence is not one line', JSON.stringify(sentence).slice(0, 500));
    }
  }
}

async function checkConfig(text: string, run: Run): Promise<void> {
  const parsed = await run.timed('parseConfig', () => parseConfig(text));
  await run.timed('configLines', () => configLines(text)(['profiles', 'team']));
  if ('faults' in parsed) {
    if (parsed.faults.length === 0) run.fail('an invalid config has no fault', '');
    const size = parsed.faults.reduce((sum, one) => sum + faultLine('config.yaml', one).length, 0);
    if (size > RESPONSE_LIMIT_BYTES) run.fail('the faults are too large', `${size} characters`);
    return;
  }
  const { rules } = await run.timed('compile', () => compile(parsed.config, 'test'));
  const printed = await run.timed('printConfig', () => printConfig(parsed.config));
  const again = await run.timed('parseConfig of what printConfig writes', () =>
    parseConfig(printed),
  );
  if ('faults' in again) {
    run.fail('a printed config is invalid', JSON.stringify(again.faults).slice(0, 500));
  } else if (printConfig(again.config) !== printed) {
    run.fail('a printed config is another config', '');
  }
  const requests = ['true', ...[...rules.profiles.keys()].slice(-3)];
  for (const request of requests) {
    const pod = podRequesting(rules.annotationPrefix, request);
    const mutation = await run.timed('mutate', () => mutate(pod, { name: 'shop' }, rules));
    await checkMutation(pod, mutation, run);
    if (mutation.outcome === 'denied') {
      run.fail('a valid config denies a valid pod', JSON.stringify(mutation.findings));
    }
    applied(pod, mutation.operations, run);
  }
}

function podRequesting(prefix: string, profiles: string): Json {
  const annotations = { [`${prefix}inject-metadata`]: profiles, 'inject-ambassador': 'true' };
  return { metadata: { annotations }, spec: { containers: [{ name: 'app' }, { name: 'web' }] } };
}

const MANIFEST_RULES: Rules = { ...defaultRules('test'), stage: 'manifest' };

async function checkManifest(text: string, run: Run): Promise<void> {
  const rules = MANIFEST_RULES;
  const inject = (from: string, annotate: ReadonlyMap<string, string>): InjectedManifest => {
    const [result] = injectManifests([from], { rules, namespace: 'shop', annotate });
    if (result === undefined) throw new Error('no result for a text');
    return result;
  };
  const { documents } = await run.timed('parseManifest', () =>
    parseManifest(text, rules.annotationPrefix),
  );
  const plain = await run.timed('inject', () => inject(text, new Map()));
  await checkEdit(documents, plain, rules, run);
  const annotated = await run.timed('inject --annotate', () =>
    inject(text, new Map([['inject-metadata', 'true']])),
  );
  await checkEdit(documents, annotated, rules, run);
  await explainAll(plain, documents, rules, run);
  const options = { rules, namespace: 'shop' };
  await run.timed('uninject', () => uninjectManifests([text], options));
  if (annotated.faults.length > 0) return;
  const again = await run.timed('the second inject', () => inject(annotated.text, new Map()));
  if (again.text !== annotated.text) run.fail('a second inject changes the text', again.text);
  const [removed] = await run.timed('uninject of an injected text', () =>
    uninjectManifests([annotated.text], options),
  );
  if (removed === undefined || removed.faults.length > 0) return;
  const restored = await run.timed('inject after uninject', () => inject(removed.text, new Map()));
  if (restored.faults.length > 0) {
    run.fail('inject fails after uninject', JSON.stringify(restored.faults).slice(0, 500));
  }
}

async function checkEdit(
  before: readonly ManifestDocument[],
  { text, reports, faults }: InjectedManifest,
  rules: Rules,
  run: Run,
): Promise<void> {
  for (const { workload, mutation } of reports) {
    await checkMutation(workload.template ?? null, mutation, run);
  }
  if (faults.length > 0) return;
  const after = parseManifest(text, rules.annotationPrefix);
  if (after.faults.length > 0) {
    run.fail('inject writes invalid YAML', JSON.stringify(after.faults).slice(0, 500));
    return;
  }
  if (after.documents.length !== before.length) {
    run.fail('inject changes the number of documents', `${after.documents.length}`);
    return;
  }
  const lost = before.flatMap(({ value }, index) =>
    value === undefined ? [] : losses(withoutStatuses(value), after.documents[index]?.value),
  );
  if (lost.length > 0) run.fail('inject changes a value', lost.slice(0, 5).join('; '));
}

/** The value of a document without all members that may be a status annotation. */
function withoutStatuses(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutStatuses);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).flatMap(([key, member]): [string, Json][] =>
    member === undefined || STATUS_KEY.test(key) ? [] : [[key, withoutStatuses(member)]],
  );
  return Object.fromEntries(kept);
}

/** The part of `explain` that needs no cluster. */
async function explainAll(
  { reports }: InjectedManifest,
  documents: readonly ManifestDocument[],
  rules: Rules,
  run: Run,
): Promise<void> {
  const namespaces = namespacesIn(documents);
  for (const { workload, mutation, lineOf } of reports) {
    const name = workload.namespace ?? 'shop';
    const context = {
      namespace: knownNamespace(name, namespaces.get(name), true),
      rules,
      locations: {
        pod: (path: readonly (string | number)[]) => `pod.yaml:${lineOf(path)}`,
        namespace: () => undefined,
        config: () => undefined,
      },
      isLive: false,
    };
    await run.timed('explain', () => explainWorkload(workload, mutation, context));
    if (isMalformed(parsePod(workload.template)) && mutation.operations.length > 0) {
      run.fail('a malformed pod is injected', workload.name);
    }
  }
}
