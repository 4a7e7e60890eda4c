import * as z from 'zod';
import { isCIdentifier, isDnsLabel } from '../core/api/names.ts';
import { filePathFault } from '../core/decision/metadata-items.ts';
import { isProfileName } from '../core/decision/metadata-values.ts';
import {
  CONTAINER_NAME,
  type EnvItem,
  type FileItem,
  type Profile,
} from '../core/decision/profiles.ts';
import {
  FIELDS,
  isContainerName,
  parseSource,
  RESOURCES,
  type Side,
  type SideNames,
  type SourceFault,
} from '../core/decision/sources.ts';

const PROFILE_SIDES: SideNames = { env: 'env', files: 'files' };

type EnvSource = EnvItem['source'];
type FileSource = FileItem['source'];

/** An item of a profile as the config writes it: a source, a text with references, or a text. */
export type ItemText = string | { readonly value: string };

/**
 * | written              | means                                  |
 * | -------------------- | -------------------------------------- |
 * | `metadata.name`      | a field, as in an annotation           |
 * | `limits.memory:1Mi`  | a resource, as in an annotation        |
 * | `container.name`     | the name of the container              |
 * | `http://$(POD_IP)`   | a literal, because it has a reference  |
 * | `{value: text}`      | a literal                              |
 */
export function envSource(item: ItemText): EnvSource | SourceFault {
  const literal = literalOf(item);
  if (literal !== undefined) return { literal };
  const text = String(item);
  return isContainerName(text) ? CONTAINER_NAME : parseSource(text, 'env', PROFILE_SIDES);
}

/** The Downward API writes no literals into files. */
export function fileSource(text: string): FileSource | SourceFault {
  if (literalOf(text) !== undefined || isContainerName(text)) {
    return { fault: 'works only as env; the Downward API has no files for it' };
  }
  return parseSource(text, 'files', PROFILE_SIDES);
}

/** The text of a literal, in whatever stands at the place of an item. */
export function literalOf(item: unknown): string | undefined {
  if (typeof item === 'string') return item.includes('$(') ? item : undefined;
  if (typeof item !== 'object' || item === null || !('value' in item)) return undefined;
  return typeof item.value === 'string' ? item.value : undefined;
}

/** Writes a source so that the functions above read the same again. */
export function itemText(source: EnvSource): ItemText {
  if ('fieldRef' in source) return source.fieldRef;
  if ('resource' in source) return `${source.resource}:${source.divisor}`;
  if ('containerName' in source) return 'container.name';
  return source.literal.includes('$(') ? source.literal : { value: source.literal };
}

/** A profile as the config writes it. */
export interface ProfileText {
  readonly env: Readonly<Record<string, ItemText>>;
  readonly files: Readonly<Record<string, ItemText>>;
}

export function profileText({ env, files }: Profile): ProfileText {
  return {
    env: Object.fromEntries(env.map(({ name, source }) => [name, itemText(source)])),
    files: Object.fromEntries(files.map(({ path, source }) => [path, itemText(source)])),
  };
}

const ENV_ITEM =
  'expected a source such as metadata.name, a text with $(NAME) in it, or {value: a text}';
const FILE_ITEM = 'expected a source such as metadata.labels';
const NAME = 'expected a name of lower-case letters, digits and -, 63 at most';
const ENV_NAME = 'expected a name of letters, digits and _ that does not begin with a digit';
const NOT_READ_AS_SWITCH = 'expected a name that nobody reads as true or false';

/** What an editor offers. */
const EXAMPLES: Readonly<Record<Side, readonly string[]>> = {
  env: [...sourcesOf('env'), 'container.name'],
  files: sourcesOf('files'),
};

export const profileName = z
  .string()
  .refine(isDnsLabel, { error: NAME, abort: true })
  .refine(isProfileName, NOT_READ_AS_SWITCH)
  .meta({ pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$' });

const envName = z
  .string()
  .refine(isCIdentifier, ENV_NAME)
  .meta({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' });

const plainText = z
  .strictObject({
    value: z.string().describe('The text, in quotes where YAML would read a number.'),
  })
  .meta({ title: 'a text' });

const envItem = z
  .union([z.string(), plainText], { error: envItemFault })
  .meta({ examples: EXAMPLES.env })
  .transform((item, context) => orIssue(envSource(item), context));

const filePath = z.string().superRefine((path, context) => {
  const fault = filePathFault(path);
  if (fault !== undefined) context.addIssue(fault);
});

const fileItem = z
  .string(FILE_ITEM)
  .meta({ examples: EXAMPLES.files })
  .transform((text, context) => orIssue(fileSource(text), context));

export const profile = z
  .strictObject({
    env: z
      .record(envName, envItem)
      .default({})
      .describe(
        'Variables: name → source as in the annotation metadata-env (`metadata.name`, `limits.memory:1Mi`), `container.name`, a text that refers to other variables of this profile as `$(NAME)`, or `{value: text}`.',
      ),
    files: z
      .record(filePath, fileItem)
      .default({})
      .describe(
        'Files: path below `metadata.path` → source as in the annotation metadata-files (`metadata.labels`, `limits.memory:1`).',
      ),
  })
  .transform(
    ({ env, files }): Profile => ({
      env: Object.entries(env).map(([name, source]) => ({ name, source })),
      files: Object.entries(files).map(([path, source]) => ({ path, source })),
    }),
  );

function envItemFault({ input }: { readonly input?: unknown }): string {
  const isMap = typeof input === 'object' && input !== null && 'value' in input;
  return isMap && typeof input.value !== 'string'
    ? 'expected a text as value; put it in quotes'
    : ENV_ITEM;
}

function orIssue<Source extends object>(
  source: Source | SourceFault,
  context: z.RefinementCtx,
): Source {
  if (!('fault' in source)) return source;
  context.addIssue(source.fault + (source.hint ?? ''));
  return z.NEVER;
}

function sourcesOf(side: Side): readonly string[] {
  const resources = RESOURCES.flatMap((name) => [`requests.${name}`, `limits.${name}`]);
  return [...Object.keys(FIELDS).filter((name) => FIELDS[name]?.includes(side)), ...resources];
}
