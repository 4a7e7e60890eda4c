/**
 * The library: `import { inject } from 'podherald'`. It runs wherever JavaScript runs: it reads no
 * file, clock, environment or network, and imports no module of Node.js.
 */

import { mutate } from './core/admission/mutate.ts';
import type { Mutation, Outcome } from './core/admission/mutation.ts';
import { warningsFor } from './core/admission/response.ts';
import type { AddOperation } from './core/api/json-patch.ts';
import { type Finding, kindOf, sentenceOf } from './core/decision/findings.ts';
import type { Namespace } from './core/decision/namespace.ts';
import type { Reason, ReasonKind } from './core/decision/reasons.ts';
import { defaultRules, parseServerVersion, type Rules } from './core/decision/rules.ts';
import { applyOperations } from './manifests/edit-json.ts';

export type { Outcome } from './core/admission/mutation.ts';
export type { Json } from './core/api/json.ts';
export type { AddOperation } from './core/api/json-patch.ts';
export type { Namespace } from './core/decision/namespace.ts';
export { REASONS, type Reason, type ReasonKind } from './core/decision/reasons.ts';
export type { Rules } from './core/decision/rules.ts';

export interface InjectPodOptions {
  /** The namespace of the pod: its name, or the name with its annotations. The default is `default`. */
  readonly namespace?: string | Namespace;
  /** The config, from `readRules` of `podherald/config`. The default is the built-in config. */
  readonly rules?: Rules;
  /** The version of the API server, such as `v1.36.2`. It sets the tag of the ambassador's image. */
  readonly kubernetesVersion?: string;
}

/** What podherald does with a pod. */
export interface InjectionResult<Pod> {
  readonly outcome: Outcome;
  /** The first reason of `findings`: the label of the metrics and of the log. */
  readonly reason?: Reason;
  /** The pod with the injection. It is the same object as the input if `patch` is empty. */
  readonly pod: Pod;
  /** The injection, with the status annotation, as JSON Patch (RFC 6902). */
  readonly patch: readonly AddOperation[];
  /** Everything that podherald says about the pod. */
  readonly findings: readonly PodFinding[];
  /** The warnings that the webhook would return, each at most 120 characters long. */
  readonly warnings: readonly string[];
  /** What was thrown, if the outcome is `failed_open`: a bug in podherald. */
  readonly error?: unknown;
}

/** One statement about a pod. */
export interface PodFinding {
  /** A stable word: compare this one in tests. */
  readonly reason: Reason;
  /** A pod with a finding of kind `fault` is denied, unless the config sets `onInvalid: warn`. */
  readonly kind: ReasonKind;
  /** The sentence for people. It may change, and it may quote the pod. */
  readonly message: string;
}

/**
 * Injects a pod, or a pod template such as `deployment.spec.template`, as `podherald inject` does. The
 * input is not changed. Never throws for an invalid pod: the outcome says what is wrong with it.
 *
 * @throws RangeError if `kubernetesVersion` is not a version.
 */
export function inject<Pod extends object>(
  pod: Pod,
  options: InjectPodOptions = {},
): InjectionResult<Pod> {
  const { namespace = 'default' } = options;
  const place = typeof namespace === 'string' ? { name: namespace } : namespace;
  const mutation = mutate(pod, place, rulesOf(options));
  const { outcome, reason, operations, findings, error } = mutation;
  return {
    outcome,
    ...(reason !== undefined && { reason }),
    pod: applyOperations(pod, operations),
    patch: operations,
    findings: findings.map(explain),
    warnings: warningsFor(withoutFaults(mutation)),
    ...(error !== undefined && { error }),
  };
}

/** The version is used only for the status annotation, which has none in a manifest. */
function rulesOf({ rules = defaultRules(''), kubernetesVersion }: InjectPodOptions): Rules {
  const { ambassador } = rules;
  return {
    ...rules,
    stage: 'manifest',
    ambassador: { ...ambassador, ...(kubernetesVersion && serverVersion(kubernetesVersion)) },
  };
}

function serverVersion(text: string): Pick<Rules['ambassador'], 'serverVersion'> {
  const version = parseServerVersion(text.startsWith('v') ? text : `v${text}`);
  if (version !== undefined) return { serverVersion: version };
  throw new RangeError(`kubernetesVersion ${text}: expected a version such as v1.36.2`);
}

function explain(found: Finding): PodFinding {
  return { reason: found.reason, kind: kindOf(found), message: sentenceOf(found) };
}

/** The webhook returns the faults of a denied pod in its denial, and all other findings as warnings. */
function withoutFaults({ outcome, findings }: Mutation): Finding[] {
  return findings.filter((found) => outcome !== 'denied' || kindOf(found) !== 'fault');
}
