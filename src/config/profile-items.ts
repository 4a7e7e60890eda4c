import * as z from 'zod';
import { DNS_LABEL, isCIdentifier, isDnsLabel } from '../core/api/names.ts';
import { parseEnvSource, sourceText } from '../core/decision/env-source.ts';
import { filePathFault } from '../core/decision/metadata-items.ts';
import { isProfileName } from '../core/decision/metadata-values.ts';
import {
  type EnvSource,
  type FileItem,
  OTEL_REFERENCES,
  type Profile,
  references,
} from '../core/decision/profiles.ts';
import {
  FIELDS,
  parseSource,
  RESOURCES,
  type Side,
  type SideNames,
  type SourceFault,
  sourcePattern,
} from '../core/decision/sources.ts';
import { FALSE_WORDS, TRUE_WORDS } from '../core/decision/values.ts';

const PROFILE_SIDES: SideNames = { env: 'env', files: 'files' };

type FileSource = FileItem['source'];

/** An item of a profile in the config file: a source, a string with references, or a literal. */
export type ItemText = string | { readonly value: string };

/**
 * Reads an item of `env`:
 *
 * | item                 | meaning                                |
 * | -------------------- | -------------------------------------- |
 * | `metadata.name`      | a field, as in an annotation           |
 * | `limits.memory:1Mi`  | a resource, as in an annotation        |
 * | `workload.name`      | a literal, as in an annotation         |
 * | `a \| workload.name` | the first that the pod has             |
 * | `x-$(POD_NAME)`      | a literal, because it has a reference  |
 * | `otel.resourceAttributes` | as in the profile `otel`          |
 * | `{value: text}`      | a literal                              |
 */
export function envSource(item: ItemText): EnvSource | SourceFault {
  const literal = literalOf(item);
  if (literal !== undefined) return { literal };
  const text = String(item);
  if (text.trim() === OTEL_TEXT) return { otel: 'resourceAttributes' };
  return parseEnvSource(text, PROFILE_SIDES);
}

/** The source of OTEL_RESOURCE_ATTRIBUTES in the profile `otel`. It refers to other variables, so an annotation has none. */
const OTEL_TEXT = sourceText({ otel: 'resourceAttributes' });

/** The variables that an item refers to as `$(NAME)`, valid or not. */
export function referencesIn(item: unknown): string[] {
  if (typeof item === 'string' && item.trim() === OTEL_TEXT) return Object.values(OTEL_REFERENCES);
  return references(literalOf(item) ?? '');
}

/** Reads an item of `files`. The Downward API does not support literals in files. */
export function fileSource(text: string): FileSource | SourceFault {
  if (literalOf(text) !== undefined) {
    return {
      fault:
        'works only as a variable, because the Downward API cannot write it to a file; move it to env',
    };
  }
  return parseSource(text, 'files', PROFILE_SIDES);
}

/** The text of a literal; `undefined` for any other value, valid or not. */
export function literalOf(item: unknown): string | undefined {
  if (typeof item === 'string') return item.includes('$(') ? item : undefined;
  if (typeof item !== 'object' || item === null || !('value' in item)) return undefined;
  return typeof item.value === 'string' ? item.value : undefined;
}

/** Renders a source as an item, from which `envSource` or `fileSource` reads the same source. */
export function itemText(source: EnvSource): ItemText {
  if (!('literal' in source)) return sourceText(source);
  return source.literal.includes('$(') ? source.literal : { value: source.literal };
}

const ENV_ITEM =
  'expected a source such as metadata.name, a string that contains $(NAME), or {value: string}';
const FILE_ITEM = 'expected a source such as metadata.labels';
const NAME = 'expected at most 63 lower-case letters, digits and hyphens';
const ENV_NAME = 'expected a name of letters, digits and _ that does not begin with a digit';
const NOT_A_BOOLEAN = 'expected a name that cannot be mistaken for true or false';

/** Completions for editors. */
const EXAMPLES: Readonly<Record<Side, readonly string[]>> = {
  env: sourcesOf('env'),
  files: sourcesOf('files'),
};

/** The name of a profile. */
export const profileNameSchema = z
  .string()
  .refine(isDnsLabel, { error: NAME, abort: true })
  .refine(isProfileName, NOT_A_BOOLEAN)
  .meta({ pattern: DNS_LABEL.source, not: { enum: [...TRUE_WORDS, ...FALSE_WORDS] } });

const envName = z
  .string()
  .refine(isCIdentifier, ENV_NAME)
  .meta({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' });

const literalItem = z
  .strictObject({
    value: z
      .string()
      .describe('The literal string. Quote it if YAML would read it as a number or boolean.'),
  })
  .meta({ title: 'literal' });

const envText = z.string().meta({
  pattern: `^(${sourcePattern('env')}|\\s*${OTEL_TEXT.replace('.', '\\.')}\\s*|[\\s\\S]*\\$\\([\\s\\S]*)$`,
});

const envItem = z
  .union([envText, literalItem], { error: envItemFault })
  .meta({ examples: EXAMPLES.env })
  .transform((item, context) => orIssue(envSource(item), context));

const filePath = z
  .string()
  .superRefine((path, context) => {
    const fault = filePathFault(path);
    if (fault !== undefined) context.addIssue(fault);
  })
  .meta({ pattern: '^(?!\\.\\.)[^/]+(/[^/]+)*$', not: { pattern: '(^|/)\\.\\.?(/|$)' } });

const fileItem = z
  .string(FILE_ITEM)
  .meta({ examples: EXAMPLES.files, pattern: `^${sourcePattern('files')}$` })
  .transform((text, context) => orIssue(fileSource(text), context));

/** A profile of the config file, which is parsed to a `Profile`. */
export const profileSchema = z
  .strictObject({
    env: z
      .record(envName, envItem)
      .default({})
      .describe(
        'Environment variables by name. The value is a source as in the annotation `metadata-env` (`metadata.name`, `limits.memory:1Mi`, `workload.name`), a string that refers to other variables of this profile as `$(NAME)`, or `{value: string}`.',
      ),
    files: z
      .record(filePath, fileItem)
      .default({})
      .describe(
        'Files by path, relative to `metadata.path`. The value is a source as in the annotation `metadata-files` (`metadata.labels`, `limits.memory:1`).',
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
    ? 'expected a string as value: put it in quotes'
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
