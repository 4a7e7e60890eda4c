import { type AnnotationRef, type Finding, finding } from './findings.ts';
import type { PodFacts } from './known-values.ts';
import { ItemNames, nameOf } from './metadata-items.ts';
import { ALL_CONTAINERS, type ContainerSelection, type MetadataSwitch } from './metadata-values.ts';
import {
  type EnvItem,
  type FileItem,
  OTEL_REFERENCES,
  type Profile,
  references,
} from './profiles.ts';
import type { Requested, Requests } from './read-annotations.ts';
import type { ReasonOf } from './reasons.ts';
import type { Rules } from './rules.ts';
import { annotationLabel, didYouMean } from './values.ts';

/** Whether a pod gets one of the two features, its metadata or its ambassador. */
export type FeatureDecision<Spec> = { readonly notices: readonly Finding[] } & (
  | { readonly spec: Spec }
  | {
      readonly spec?: undefined;
      /** Why it does not: of kind `skipped`, or a notice that whoever requested it should read. */
      readonly skipped: SkipFinding;
    }
);

export type SkipFinding = Finding<ReasonOf<'skipped' | 'notice'>>;

/** The items of one or several profiles as one set. */
export interface MetadataItems {
  /** In an order in which every literal comes after the variables that it references. */
  readonly env: readonly EnvItem[];
  readonly files: readonly FileItem[];
}

/** The metadata that a pod should get. */
export interface MetadataDecision extends MetadataItems {
  readonly profiles: readonly string[];
  /** The absolute path at which the files are mounted. */
  readonly path: string;
  readonly containers: ContainerSelection;
  /** Items that warn if their limit is not set: all items of limits but those of `default`. */
  readonly limitItems: readonly (EnvItem | FileItem)[];
  /** What is known of the pod; undefined if no variable needs it. */
  readonly facts?: PodFacts;
}

/**
 * | the pod, or else its namespace              | metadata                     |
 * | ------------------------------------------- | ---------------------------- |
 * | says `false`                                | none, opted_out              |
 * | requests items or configured profiles       | those items and profiles     |
 * | requests only profiles that do not exist    | none, unknown_profile        |
 * | requests nothing                            | none, not_requested          |
 *
 * @param own what the pod itself requests.
 * @param effective what the pod requests, completed by the defaults of its namespace.
 */
export function decideMetadata(
  own: Requests,
  effective: Requests,
  rules: Rules,
): FeatureDecision<MetadataDecision> {
  const requested = effective['inject-metadata'];
  const ownItems = ownItemsOf(effective);
  const isOff = requested?.value?.kind === 'off';
  const isOwn = requested !== undefined && requested === own['inject-metadata'];
  if (isOff && (isOwn || ownItems === NO_ITEMS)) {
    return { skipped: optedOut(requested.annotation), notices: [] };
  }
  const { found, missing } = findProfiles(requested, rules);
  if (found.size === 0 && ownItems === NO_ITEMS) {
    const [skipped = finding('not_requested', {}), ...notices] = missing;
    const useless = requested === undefined ? withoutEffect(own, OPTIONS, 'no_metadata') : [];
    return { skipped, notices: [...notices, ...useless] };
  }
  return { spec: metadataOf(found, ownItems, effective, rules), notices: missing };
}

const OPTIONS = ['metadata-path', 'metadata-containers'] as const;

/** A notice for each option that a pod sets for a feature that nothing requests. */
export function withoutEffect(
  own: Requests,
  options: readonly (keyof Requests)[],
  reason: 'no_metadata' | 'no_ambassador',
): Finding[] {
  return options.flatMap((name) => {
    const annotation = own[name]?.annotation;
    if (annotation === undefined) return [];
    return [finding(reason, { key: annotationLabel(annotation) }, annotation)];
  });
}

/** The finding for an annotation that is `false`. */
export function optedOut(annotation: AnnotationRef): SkipFinding {
  return finding('opted_out', { key: annotationLabel(annotation) }, annotation);
}

export const NO_ITEMS: MetadataItems = { env: [], files: [] };

function ownItemsOf(requests: Requests): MetadataItems {
  const env = requests['metadata-env']?.value ?? [];
  const files = requests['metadata-files']?.value ?? [];
  return env.length === 0 && files.length === 0 ? NO_ITEMS : { env, files };
}

/** Each unknown name is compared with all known names. */
const MAX_UNKNOWN = 20;

function findProfiles(
  requested: Requested<MetadataSwitch> | undefined,
  rules: Rules,
): { found: Map<string, Profile>; missing: Finding<'unknown_profile'>[] } {
  const found = new Map<string, Profile>();
  if (requested === undefined) return { found, missing: [] };
  const unknown: string[] = [];
  for (const name of profileNames(requested.value, rules)) {
    const profile = rules.profiles.get(name);
    if (profile !== undefined) found.set(name, profile);
    else unknown.push(name);
  }
  const listed = unknown.slice(0, MAX_UNKNOWN);
  const missing = listed.map((name, index) => {
    const isLast = index + 1 === listed.length && unknown.length > listed.length;
    const others = isLast ? ` (and ${unknown.length - listed.length} others)` : '';
    return unknownProfile(requested.annotation, name, others, rules);
  });
  return { found, missing };
}

function profileNames(requested: MetadataSwitch | undefined, rules: Rules): readonly string[] {
  if (requested === undefined || requested.kind === 'off') return [];
  return requested.kind === 'default' ? [rules.metadata.defaultProfile] : requested.names;
}

function unknownProfile(
  annotation: AnnotationRef,
  name: string,
  others: string,
  rules: Rules,
): Finding<'unknown_profile'> {
  const hint = didYouMean(name, ['true', 'false', ...rules.profiles.keys()]);
  const slots = { key: annotationLabel(annotation), profile: name + others, hint };
  return finding('unknown_profile', slots, annotation, { kind: 'config', path: ['profiles'] });
}

function metadataOf(
  found: ReadonlyMap<string, Profile>,
  ownItems: MetadataItems,
  effective: Requests,
  rules: Rules,
): MetadataDecision {
  const items = itemsOf([...found.values()], ownItems);
  const quiet = found.get('default');
  return {
    ...items,
    profiles: [...found.keys()],
    path: effective['metadata-path']?.value ?? rules.metadata.path,
    containers: effective['metadata-containers']?.value ?? ALL_CONTAINERS,
    limitItems: [
      ...items.env.filter((item) => isLimit(item) && quiet?.env.includes(item) !== true),
      ...items.files.filter((item) => isLimit(item) && quiet?.files.includes(item) !== true),
    ],
  };
}

/** Huge pages have no default: without a limit they are 0, not the node's. */
function isLimit({ source }: EnvItem | FileItem): boolean {
  return 'resource' in source && /^limits\.(?!hugepages-)/.test(source.resource);
}

/**
 * The items of each profile that was requested alone, by far the most common request. Keeping them
 * saves the merge in each review and, as the result is the same object each time, lets `toEnv` keep
 * its variables too. A changed config has new profiles, and the map forgets the old ones.
 */
const itemsOfProfile = new WeakMap<Profile, MetadataItems>();

function itemsOf(profiles: readonly Profile[], ownItems: MetadataItems): MetadataItems {
  const [only] = profiles;
  if (only === undefined || profiles.length > 1 || ownItems !== NO_ITEMS) {
    return mergeProfiles(profiles, ownItems);
  }
  const known = itemsOfProfile.get(only) ?? mergeProfiles(profiles);
  itemsOfProfile.set(only, known);
  return known;
}

/** If items conflict, the pod's own item is used, otherwise that of the first profile. */
export function mergeProfiles(
  profiles: readonly Profile[],
  own: MetadataItems = NO_ITEMS,
): MetadataItems {
  const env = profiles.flatMap((profile) => profile.env);
  const files = profiles.flatMap((profile) => profile.files);
  return { env: inReferenceOrder(mergeItems(env, own.env)), files: mergeItems(files, own.files) };
}

/** An own item takes the position of the first profile item that it replaces, or comes last. */
function mergeItems<Item extends EnvItem | FileItem>(
  fromProfiles: readonly Item[],
  own: readonly Item[],
): Item[] {
  const ownNames = new ItemNames();
  for (const item of own) ownNames.add(item);
  const ownByName = new Map(own.map((item) => [nameOf(item), item]));
  const mergedNames = new ItemNames();
  const merged = fromProfiles
    .map((item) => ownByName.get(ownNames.clashing(item) ?? '') ?? item)
    .filter((item) => mergedNames.add(item) === undefined);
  const used = new Set(merged);
  return [...merged, ...own.filter((item) => !used.has(item))];
}

/**
 * kubelet expands `$(NAME)` only from variables earlier in `env` (makeEnvironmentVariables). A stack
 * of our own, because a chain of references may be longer than the one of JavaScript is deep.
 */
function inReferenceOrder(items: readonly EnvItem[]): EnvItem[] {
  const byName = new Map(items.map((item) => [item.name, item]));
  const ordered = new Set<EnvItem>();
  const visited = new Set<EnvItem>();
  const stack = items.toReversed();
  for (let item = stack.at(-1); item !== undefined; item = stack.at(-1)) {
    const referenced = visited.has(item)
      ? []
      : referencesOf(item).flatMap((name) => byName.get(name) ?? []);
    visited.add(item);
    const open = referenced.filter((other) => !visited.has(other));
    for (const other of open.toReversed()) stack.push(other);
    if (open.length === 0) ordered.add(stack.pop() ?? item);
  }
  return [...ordered];
}

/** The variables that the value of an item refers to as `$(NAME)`. */
export function referencesOf({ source }: EnvItem): string[] {
  if ('otel' in source) return Object.values(OTEL_REFERENCES);
  return 'literal' in source ? references(source.literal) : [];
}
