import { mutate } from '../../src/core/admission/mutate.ts';
import type { Json } from '../../src/core/api/json.ts';
import type { Container, Pod, PodSpec } from '../../src/core/api/pod.ts';
import { sentenceOf } from '../../src/core/decision/findings.ts';
import type { Profile } from '../../src/core/decision/profiles.ts';
import { defaultRules, type Rules } from '../../src/core/decision/rules.ts';
import { applyStrictly } from '../support/strict-json-patch.ts';

/** The namespace of the pods, without defaults. */
export const SHOP = { name: 'shop' };
export const RULES = defaultRules('test');

/** A pod with these annotations. Without containers in `spec`, it has one, named app. */
export function podWith(
  annotations: Readonly<Record<string, string>>,
  spec: Partial<PodSpec> = {},
): Pod {
  return { metadata: { annotations }, spec: { containers: [{ name: 'app' }], ...spec } };
}

/** A pod of these containers that requests the default profile. */
export function metadataPod(...containers: readonly Container[]): Pod {
  return podWith({ 'inject-metadata': 'true' }, { containers });
}

/** Rules with one profile, which `inject-metadata: "true"` requests. */
export function rulesWithProfile(profile: Profile, name = 'default'): Rules {
  const metadata = { ...RULES.metadata, defaultProfile: name };
  return { ...RULES, profiles: new Map([[name, profile]]), metadata };
}

/** The sentences of the findings about a pod. */
export function sentencesFor(pod: Pod, rules: Rules = RULES): string[] {
  return mutate(pod, SHOP, rules).findings.map(sentenceOf);
}

/** The pod after the injection. */
export function injectedPod(pod: Pod, rules: Rules = RULES): Pod {
  const { operations } = mutate(pod, SHOP, rules);
  return applyStrictly(pod as unknown as Json, operations) as unknown as Pod;
}
