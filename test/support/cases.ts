import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { answer } from '../../src/admission/answer.ts';
import { mutate } from '../../src/admission/mutate.ts';
import type { Mutation } from '../../src/admission/outcome.ts';
import type { AdmissionRequest } from '../../src/admission/review.ts';
import type { Json } from '../../src/api/json.ts';
import { defaultRules } from '../../src/decision/rules.ts';

/** A golden case: a pod, and what has to become of it. */
export interface Case {
  readonly name: string;
  readonly podText: string;
  readonly pod: Json;
}

/** What outcome.yaml holds. */
export interface CaseOutcome {
  readonly outcome: string;
  readonly reason?: string;
  readonly warnings?: readonly string[];
  /** Of a denial. */
  readonly message?: string;
}

export const CASES_FOLDER = new URL('../cases/', import.meta.url);
export const CASE_NAMESPACE = 'shop';
export const CASE_RULES = defaultRules('test');

export function readCases(): Case[] {
  return readdirSync(CASES_FOLDER).map((name) => {
    const podText = readCaseFile(name, 'pod.yaml');
    return { name, podText, pod: parse(podText) };
  });
}

/** A golden file that is missing is an error of the case. */
export function readCaseFile(name: string, file: string): string {
  return readFileSync(new URL(`${name}/${file}`, CASES_FOLDER), 'utf8');
}

export function requestFor(object: Json): AdmissionRequest {
  return {
    uid: '8e1b7f0a',
    namespace: CASE_NAMESPACE,
    operation: 'CREATE',
    resource: 'pods',
    dryRun: false,
    object,
  };
}

export function mutateCase(pod: Json): Mutation {
  return mutate(pod, { name: CASE_NAMESPACE }, CASE_RULES);
}

export function outcomeOf(pod: Json, mutation: Mutation): CaseOutcome {
  const { response } = answer(requestFor(pod), mutation);
  return {
    outcome: mutation.outcome,
    ...(mutation.reason !== undefined && { reason: mutation.reason }),
    ...(response.warnings && { warnings: response.warnings }),
    ...(response.status && { message: response.status.message }),
  };
}
