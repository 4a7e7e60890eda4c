import { type EnvItem, type FileItem, type Profile, references } from './profile.ts';

/** The items of several profiles as one set. */
export interface MetadataItems {
  /** In an order in which every literal comes after what it names. */
  readonly env: readonly EnvItem[];
  readonly files: readonly FileItem[];
}

/** Of items with the same name or path, that of the first profile counts. */
export function mergeProfiles(profiles: readonly Profile[]): MetadataItems {
  return {
    env: afterWhatTheyName(
      firstOf(
        profiles.flatMap(({ env }) => env),
        ({ name }) => name,
      ),
    ),
    files: firstOf(
      profiles.flatMap(({ files }) => files),
      ({ path }) => path,
    ),
  };
}

function firstOf<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  const first = new Map<string, Item>();
  for (const item of items) {
    if (!first.has(keyOf(item))) first.set(keyOf(item), item);
  }
  return [...first.values()];
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
