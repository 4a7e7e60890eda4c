import type { Wish } from './decision.ts';
import { clash } from './metadata-items.ts';
import { ALL_CONTAINERS, type ContainerSelection, type MetadataSwitch } from './metadata-values.ts';
import { type EnvItem, type FileItem, type Profile, references } from './profiles.ts';
import type { Asked, Written } from './read-annotations.ts';
import { type Finding, finding } from './reasons.ts';
import type { Rules } from './rules.ts';
import { didYouMean } from './values.ts';

/** The items of several profiles as one set. */
export interface MetadataItems {
  /** In an order in which every literal comes after what it names. */
  readonly env: readonly EnvItem[];
  readonly files: readonly FileItem[];
}

/** Of items that clash, that of the first profile counts, and a pod's own before all of them. */
export function mergeProfiles(
  profiles: readonly Profile[],
  own: MetadataItems = NO_ITEMS,
): MetadataItems {
  return {
    env: afterWhatTheyName(
      merge(
        profiles.flatMap(({ env }) => env),
        own.env,
      ),
    ),
    files: merge(
      profiles.flatMap(({ files }) => files),
      own.files,
    ),
  };
}

export const NO_ITEMS: MetadataItems = { env: [], files: [] };

/** An own item stands where the first profile item does that it replaces, or at the end. */
function merge<Item extends EnvItem | FileItem>(
  fromProfiles: readonly Item[],
  own: readonly Item[],
): Item[] {
  const merged: Item[] = [];
  for (const item of fromProfiles) {
    const instead = own.find((other) => clash(other, item)) ?? item;
    if (!merged.some((other) => clash(other, instead))) merged.push(instead);
  }
  return [...merged, ...own.filter((item) => !merged.includes(item))];
}

/** kubelet expands `$(NAME)` only from what stands earlier in `env` (makeEnvironmentVariables). */
function afterWhatTheyName(items: readonly EnvItem[]): EnvItem[] {
  const byName = new Map(items.map((item) => [item.name, item]));
  const ordered = new Set<EnvItem>();
  const visiting = new Set<EnvItem>();
  const place = (item: EnvItem): void => {
    if (ordered.has(item) || visiting.has(item)) return;
    visiting.add(item);
    for (const named of namedBy(item)) {
      const other = byName.get(named);
      if (other !== undefined) place(other);
    }
    ordered.add(item);
  };
  items.forEach(place);
  return [...ordered];
}

function namedBy({ source }: EnvItem): string[] {
  return 'literal' in source ? references(source.literal) : [];
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

/**
 * | the pod, or else its namespace          | metadata                        |
 * | --------------------------------------- | ------------------------------- |
 * | says false                              | none, opted_out                 |
 * | asks for items or configured profiles   | what is configured of it        |
 * | asks only for profiles there are not    | none, unknown_profile           |
 * | asks for nothing                        | none, not_requested             |
 *
 * @param own what the pod itself says.
 * @param asked that, and the namespace's defaults.
 */
export function decideMetadata(own: Asked, asked: Asked, rules: Rules): Wish<MetadataDecision> {
  const written = asked['inject-metadata'];
  const ownItems = ownItemsOf(asked);
  const isOff = written?.value?.kind === 'off';
  const isOwn = written !== undefined && written === own['inject-metadata'];
  if (isOff && (isOwn || ownItems === NO_ITEMS)) {
    return { because: finding('opted_out', { key: written.key }), notices: [] };
  }
  const { found, missing } = findProfiles(written, rules);
  if (found.size === 0 && ownItems === NO_ITEMS) {
    const [because = finding('not_requested', {}), ...notices] = missing;
    return { because, notices };
  }
  return { granted: metadataOf(found, ownItems, asked, rules), notices: missing };
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
