import type { Annotations, Pod } from '../api/pod.ts';
import { MIRROR_ANNOTATION } from './annotations.ts';
import { ALL_CONTAINERS, type ContainerSelection } from './container-selection.ts';
import { type MetadataItems, mergeProfiles, NO_ITEMS } from './merge-profiles.ts';
import type { MetadataSwitch } from './metadata-switch.ts';
import { didYouMean } from './nearest.ts';
import type { Fault } from './parsed.ts';
import type { EnvItem, FileItem, Profile } from './profile.ts';
import {
  type Asked,
  type ReadAnnotations,
  readAnnotations,
  type Written,
} from './read-annotations.ts';
import { type Finding, finding, type ReasonOf } from './reasons.ts';
import type { Rules } from './rules.ts';

/** The namespace that a pod is created in: always the review's, never the object's. */
export interface Namespace {
  readonly name: string;
  /** Its defaults for the pods in it. */
  readonly annotations?: Annotations;
  /** Why its annotations are not known. */
  readonly unavailable?: string;
}

/** The metadata that a pod should get. */
export interface MetadataDecision extends MetadataItems {
  readonly profiles: readonly string[];
  /** The absolute path that the files are mounted at. */
  readonly path: string;
  readonly containers: ContainerSelection;
  /** Items of limits to tell of where they are not set: those not of the profile `default`. */
  readonly limitItems: readonly (EnvItem | FileItem)[];
}

/** What a pod should get, and why. */
export type Decision =
  | {
      readonly kind: 'skip';
      /** Something to tell as well where it is not of the kind `skipped`. */
      readonly because: Finding<ReasonOf<'skipped' | 'notice'>>;
      readonly notices: readonly Finding[];
    }
  | { readonly kind: 'deny'; readonly faults: readonly Fault[] }
  | {
      readonly kind: 'inject';
      readonly metadata: MetadataDecision;
      readonly notices: readonly Finding[];
    };

/**
 * | the pod                                        | decision                        |
 * | ---------------------------------------------- | ------------------------------- |
 * | is a mirror pod                                | skip, mirror_pod                |
 * | is in a namespace that the config exempts      | skip, exempt_namespace          |
 * | is at fault, under `onInvalid: deny`           | deny, with all faults           |
 * | says false, or its namespace, it saying nothing | skip, opted_out                |
 * | asks for metadata, or its namespace does       | inject what is configured of it |
 * | asks only for profiles that are not configured | skip, unknown_profile           |
 * | asks for nothing                               | skip, not_requested             |
 */
export function decide(pod: Pod, namespace: Namespace, rules: Rules): Decision {
  const annotations = pod.metadata?.annotations;
  if (annotations && Object.hasOwn(annotations, MIRROR_ANNOTATION)) {
    return { kind: 'skip', because: finding('mirror_pod', {}), notices: [] };
  }
  if (rules.exemptNamespaces.has(namespace.name)) {
    const because = finding('exempt_namespace', { namespace: namespace.name });
    return { kind: 'skip', because, notices: [] };
  }
  const own = readAnnotations(annotations, { place: 'pod', containers: namesOf(pod) }, rules);
  if (own.faults.length > 0 && rules.onInvalid === 'deny') {
    return { kind: 'deny', faults: own.faults };
  }
  return decideMetadata(own, readDefaults(namespace, own.asked, rules), rules);
}

function namesOf({ spec }: Pod): string[] {
  return [...spec.containers, ...(spec.initContainers ?? [])].map(({ name }) => name);
}

/** What the namespace says for want of the pod's own word, and what is wrong with that. */
function readDefaults(namespace: Namespace, own: Asked, rules: Rules): ReadAnnotations {
  if (namespace.unavailable !== undefined) {
    const slots = { namespace: namespace.name, why: namespace.unavailable };
    return { asked: own, faults: [], notices: [finding('namespace_unavailable', slots)] };
  }
  const carrier = { place: 'namespace', name: namespace.name } as const;
  const read = readAnnotations(namespace.annotations, carrier, rules);
  return { ...read, asked: { ...read.asked, ...own } };
}

function decideMetadata(own: ReadAnnotations, defaults: ReadAnnotations, rules: Rules): Decision {
  const { asked } = defaults;
  const told = [...own.faults, ...own.notices, ...defaults.faults, ...defaults.notices];
  const written = asked['inject-metadata'];
  const ownItems = ownItemsOf(asked);
  const isOff = written?.value?.kind === 'off';
  const isOwn = written !== undefined && written === own.asked['inject-metadata'];
  if (isOff && (isOwn || ownItems === NO_ITEMS)) {
    return { kind: 'skip', because: finding('opted_out', { key: written.key }), notices: told };
  }
  const { found, missing } = findProfiles(written, rules);
  if (found.size === 0 && ownItems === NO_ITEMS) {
    const [because = finding('not_requested', {}), ...others] = missing;
    return { kind: 'skip', because, notices: [...told, ...others] };
  }
  const metadata = metadataOf(found, ownItems, asked, rules);
  return { kind: 'inject', metadata, notices: [...told, ...missing] };
}

function ownItemsOf(asked: Asked): MetadataItems {
  const env = asked['metadata-env']?.value ?? [];
  const files = asked['metadata-files']?.value ?? [];
  return env.length === 0 && files.length === 0 ? NO_ITEMS : { env, files };
}

function findProfiles(
  written: Written<MetadataSwitch> | undefined,
  rules: Rules,
): { found: Map<string, Profile>; missing: Finding<'unknown_profile'>[] } {
  const found = new Map<string, Profile>();
  const missing: Finding<'unknown_profile'>[] = [];
  for (const name of profilesAsked(written?.value, rules)) {
    const profile = rules.profiles.get(name);
    if (profile !== undefined) found.set(name, profile);
    else missing.push(unknownProfile(written?.key ?? '', name, rules));
  }
  return { found, missing };
}

function profilesAsked(want: MetadataSwitch | undefined, rules: Rules): readonly string[] {
  if (want === undefined || want.kind === 'off') return [];
  return want.kind === 'default' ? [rules.metadata.defaultProfile] : want.names;
}

function unknownProfile(key: string, profile: string, rules: Rules): Finding<'unknown_profile'> {
  const hint = didYouMean(profile, ['true', 'false', ...rules.profiles.keys()]);
  return finding('unknown_profile', { key, profile, hint });
}

function metadataOf(
  found: ReadonlyMap<string, Profile>,
  ownItems: MetadataItems,
  asked: Asked,
  rules: Rules,
): MetadataDecision {
  const items = itemsOf([...found.values()], ownItems);
  const quiet = found.get('default');
  return {
    ...items,
    profiles: [...found.keys()],
    path: asked['metadata-path']?.value ?? rules.metadata.path,
    containers: asked['metadata-containers']?.value ?? ALL_CONTAINERS,
    limitItems: [
      ...items.env.filter((item) => isLimit(item) && quiet?.env.includes(item) !== true),
      ...items.files.filter((item) => isLimit(item) && quiet?.files.includes(item) !== true),
    ],
  };
}

/** Huge pages have no such default: without a limit they are 0. */
function isLimit({ source }: EnvItem | FileItem): boolean {
  return 'resource' in source && /^limits\.(?!hugepages-)/.test(source.resource);
}

const merged = new WeakMap<Profile, MetadataItems>();

/** One profile and nothing else is the usual case, and always gives the same items. */
function itemsOf(profiles: readonly Profile[], ownItems: MetadataItems): MetadataItems {
  const [only] = profiles;
  if (only === undefined || profiles.length > 1 || ownItems !== NO_ITEMS) {
    return mergeProfiles(profiles, ownItems);
  }
  const known = merged.get(only) ?? mergeProfiles(profiles);
  merged.set(only, known);
  return known;
}
