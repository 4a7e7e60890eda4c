import { clash } from './metadata-items.ts';
import { type EnvItem, type FileItem, type Profile, references } from './profile.ts';

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
