import type { Annotations, Pod } from '../api/pod.ts';
import { MIRROR_ANNOTATION } from './annotations.ts';
import { readAnnotations } from './asked.ts';
import { type MetadataItems, mergeProfiles } from './merge-profiles.ts';
import { didYouMean } from './nearest.ts';
import type { Profile } from './profile.ts';
import { type Finding, finding, type ReasonOf } from './reasons.ts';
import type { Rules } from './rules.ts';
import type { MetadataSwitch } from './switch-value.ts';

/** The namespace that a pod is created in: always the review's, never the object's. */
export interface Namespace {
  readonly name: string;
  readonly annotations?: Annotations;
}

/** The metadata that a pod should get. */
export interface MetadataDecision extends MetadataItems {
  readonly profiles: readonly string[];
  /** The absolute path that the files are mounted at. */
  readonly path: string;
  /** Whether to tell of limits that are not set: not for what `default` alone asks for. */
  readonly tellMissingLimits: boolean;
}

/** What a pod should get, and why. */
export type Decision =
  | {
      readonly kind: 'skip';
      /** Something to tell as well where it is not of the kind `skipped`. */
      readonly because: Finding<ReasonOf<'skipped' | 'notice'>>;
      readonly notices: readonly Finding[];
    }
  | { readonly kind: 'deny'; readonly faults: readonly Finding[] }
  | {
      readonly kind: 'inject';
      readonly metadata: MetadataDecision;
      readonly notices: readonly Finding[];
    };

/**
 * | the pod                              | decision             |
 * | ------------------------------------ | -------------------- |
 * | is a mirror pod                      | skip, mirror_pod     |
 * | is at fault, under `onInvalid: deny` | deny, with all faults |
 * | says false                           | skip, opted_out      |
 * | says true, or names profiles         | inject, of them those that are configured |
 * | names only profiles that are not     | skip, unknown_profile |
 * | says nothing, or nothing valid       | skip, not_requested  |
 */
export function decide(pod: Pod, _namespace: Namespace, rules: Rules): Decision {
  const annotations = pod.metadata?.annotations;
  if (annotations && Object.hasOwn(annotations, MIRROR_ANNOTATION)) {
    return { kind: 'skip', because: finding('mirror_pod', {}), notices: [] };
  }
  const { metadata, faults, notices } = readAnnotations(annotations, rules);
  if (faults.length > 0 && rules.onInvalid === 'deny') return { kind: 'deny', faults };
  const told = [...faults, ...notices];
  if (metadata === undefined) {
    return { kind: 'skip', because: finding('not_requested', {}), notices: told };
  }
  if (metadata.want.kind === 'off') {
    const because = finding('opted_out', { key: metadata.key });
    return { kind: 'skip', because, notices: told };
  }
  return injectMetadata(metadata.key, metadata.want, told, rules);
}

function injectMetadata(
  key: string,
  want: Exclude<MetadataSwitch, { kind: 'off' }>,
  told: readonly Finding[],
  rules: Rules,
): Decision {
  const asked = want.kind === 'default' ? [rules.metadata.defaultProfile] : want.names;
  const found = new Map<string, Profile>();
  const missing: Finding<'unknown_profile'>[] = [];
  for (const name of asked) {
    const profile = rules.profiles.get(name);
    if (profile === undefined) missing.push(unknownProfile(key, name, rules));
    else found.set(name, profile);
  }
  const [because, ...others] = missing;
  if (because !== undefined && found.size === 0) {
    return { kind: 'skip', because, notices: [...told, ...others] };
  }
  const notices = [...told, ...missing];
  const profiles = [...found.keys()];
  return {
    kind: 'inject',
    metadata: {
      ...itemsOf([...found.values()]),
      profiles,
      path: rules.metadata.path,
      tellMissingLimits: profiles.some((name) => name !== 'default'),
    },
    notices,
  };
}

function unknownProfile(key: string, profile: string, rules: Rules): Finding<'unknown_profile'> {
  const hint = didYouMean(profile, ['true', 'false', ...rules.profiles.keys()]);
  return finding('unknown_profile', { key, profile, hint });
}

const merged = new WeakMap<Profile, MetadataItems>();

/** One profile is the usual case, and always gives the same items. */
function itemsOf(profiles: readonly Profile[]): MetadataItems {
  const [only] = profiles;
  if (only === undefined || profiles.length > 1) return mergeProfiles(profiles);
  const known = merged.get(only);
  if (known !== undefined) return known;
  const items = mergeProfiles(profiles);
  merged.set(only, items);
  return items;
}
