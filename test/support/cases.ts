import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { compile } from '../../src/config/compile.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { mutate } from '../../src/core/admission/mutate.ts';
import type { Mutation } from '../../src/core/admission/mutation.ts';
import { respond } from '../../src/core/admission/response.ts';
import type { AdmissionRequest } from '../../src/core/admission/review.ts';
import type { Json } from '../../src/core/api/json.ts';
import type { Namespace } from '../../src/core/decision/namespace.ts';
import { defaultRules, type Rules } from '../../src/core/decision/rules.ts';
import type { InjectOptions } from '../../src/manifests/inject.ts';

/** A golden case: a pod, and what podherald must make of it. Its name is the promise. */
export interface Case {
  readonly name: string;
  readonly podText: string;
  readonly pod: Json;
  /** With the annotations and labels of namespace.yaml, if that file exists. */
  readonly namespace: Namespace;
  /** The text of namespace.yaml; empty if that file does not exist. */
  readonly namespaceText: string;
  /** The rules of config.yaml, or `CASE_RULES` if that file does not exist. */
  readonly rules: Rules;
}

/** The content of outcome.yaml. */
export interface CaseOutcome {
  readonly outcome: string;
  readonly reason?: string;
  readonly warnings?: readonly string[];
  /** Why the pod is denied; absent if it is admitted. */
  readonly message?: string;
}

export const CASES_FOLDER = new URL('../cases/', import.meta.url);
export const CASE_NAMESPACE = 'shop';
export const CASE_RULES = defaultRules('test');

/** Reads the cases in test/cases, in the order of their names. */
export function readCases(): Case[] {
  return readdirSync(CASES_FOLDER).map((name) => {
    const podText = readCaseFile(name, 'pod.yaml');
    const hasNamespace = existsSync(new URL(`${name}/namespace.yaml`, CASES_FOLDER));
    const namespaceText = hasNamespace ? readCaseFile(name, 'namespace.yaml') : '';
    const { annotations, labels } = parse(namespaceText)?.metadata ?? {};
    const namespace = {
      name: CASE_NAMESPACE,
      ...(annotations && { annotations }),
      ...(labels && { labels }),
    };
    const rules = rulesOf(name);
    return { name, podText, pod: parse(podText), namespace, namespaceText, rules };
  });
}

function rulesOf(name: string): Rules {
  if (!existsSync(new URL(`${name}/config.yaml`, CASES_FOLDER))) return CASE_RULES;
  const parsed = parseConfig(readCaseFile(name, 'config.yaml'));
  if ('config' in parsed) return compile(parsed.config, 'test').rules;
  throw new Error(`${name}/config.yaml: ${JSON.stringify(parsed.faults)}`);
}

/** Reads a file of a case. It throws if the file does not exist. */
export function readCaseFile(name: string, file: string): string {
  return readFileSync(new URL(`${name}/${file}`, CASES_FOLDER), 'utf8');
}

/** A request to create this pod. */
export function requestFor(object: Json): AdmissionRequest {
  return {
    uid: '8e1b7f0a',
    namespace: CASE_NAMESPACE,
    operation: 'CREATE',
    resource: 'pods',
    dryRun: false,
    object,
    bytes: 0,
  };
}

/** What `mutate()` makes of a pod, with the namespace and the rules of a case. */
export function mutateCase(pod: Json, { namespace, rules }: Case): Mutation {
  return mutate(pod, namespace, rules);
}

/** The options of `podherald inject` for a case. */
export function injectOptions({ rules }: Case): InjectOptions {
  return { rules, namespace: CASE_NAMESPACE, annotate: new Map() };
}

/** The manifest that `podherald inject` reads: the namespace's document, if any, and then the pod's. */
export function manifestOf({ namespaceText }: Case, podText: string): string {
  return namespaceText === '' ? podText : `${namespaceText}---\n${podText}`;
}

/** The outcome of a case as outcome.yaml states it. */
export function outcomeOf(pod: Json, mutation: Mutation): CaseOutcome {
  const { response } = respond(requestFor(pod), mutation);
  return {
    outcome: mutation.outcome,
    ...(mutation.reason !== undefined && { reason: mutation.reason }),
    ...(response.warnings && { warnings: response.warnings }),
    ...(response.status && { message: response.status.message }),
  };
}
