import type * as z from 'zod';
import { didYouMean, quote } from '../core/decision/values.ts';
import { configJsonSchema, fieldPaths, fieldsAt } from './json-schema.ts';

/** The way to a place in the config, from its root. */
export type ConfigPath = readonly (string | number)[];

/** What is wrong at one place of the config, in words for the one who wrote it. */
export interface ValueFault {
  readonly path: ConfigPath;
  /** Whether the name of the field is at fault, and not its value. */
  readonly isName?: true;
  readonly message: string;
}

const KINDS: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'a text',
  boolean: 'true or false',
};

/** The words of the schema library in ours. */
export function schemaFaults(issues: readonly z.core.$ZodIssue[], config: unknown): ValueFault[] {
  return issues.flatMap((issue): ValueFault[] => {
    const path = issue.path as ConfigPath;
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => unknownField([...path, key]));
    }
    if (issue.code === 'invalid_key') {
      return [{ path, isName: true, message: issue.issues[0]?.message ?? issue.message }];
    }
    return [{ path, message: withValue(valueAt(config, path), issue) }];
  });
}

/** What the schema itself leaves unsaid: handed to the library, which asks for each issue. */
export function expectation(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    const quoted = issue.expected === 'boolean' && typeof issue.input === 'string';
    const hint = quoted && /^(true|false)$/.test(String(issue.input)) ? ' without quotes' : '';
    return `expected ${KINDS[issue.expected] ?? issue.expected}${hint}`;
  }
  if (issue.code !== 'invalid_value') return undefined;
  const words = issue.values.map(String);
  const last = words.pop() ?? '';
  if (words.length === 0) return `expected ${last}`;
  const hint = didYouMean(String(issue.input), [...words, last]);
  return `expected ${words.join(', ')} or ${last}${hint}`;
}

/** What was written, before what was expected; what takes more than a word is only named. */
function withValue(value: unknown, { code, message }: z.core.$ZodIssue): string {
  if (value === null || value === undefined) return `${message}, but there is nothing`;
  if (typeof value !== 'object') {
    return `${typeof value === 'string' ? quote(value) : value}: ${message}`;
  }
  if (code !== 'invalid_type') return message;
  return `${message}, not ${Array.isArray(value) ? 'a list' : 'a map'}`;
}

/** A field that stands elsewhere in the schema is named with its place. */
function unknownField(path: ConfigPath): ValueFault {
  const name = String(path.at(-1));
  const schema = configJsonSchema();
  const here = fieldsAt(schema, path.slice(0, -1));
  const elsewhere = fieldPaths(schema).find((field) => field.endsWith(`.${name}`));
  const near = didYouMean(name, here);
  const hint = near === '' && elsewhere !== undefined ? `; did you mean ${elsewhere}?` : near;
  const known = hint === '' ? `; there are ${here.join(', ')}` : hint;
  return { path, isName: true, message: `this field is not known${known}` };
}

function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined,
    value,
  );
}
