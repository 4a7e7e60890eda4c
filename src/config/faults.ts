import type * as z from 'zod';
import { didYouMean, quote } from '../core/decision/values.ts';
import { configJsonSchema, fieldPaths, fieldsAt, type JsonSchema } from './json-schema.ts';

/** The path of a field in the config, from its root. */
export type ConfigPath = readonly (string | number)[];

/** An invalid field of the config. */
export interface ValueFault {
  readonly path: ConfigPath;
  /** Whether the name of the field is invalid, and not its value. */
  readonly isName?: true;
  /** What is wrong and what was expected, without the path. */
  readonly message: string;
}

const KINDS: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'a string',
  boolean: 'true or false',
};

/** The issues of the schema library as faults, each made when it is read: a suggestion takes a while. */
export function* schemaFaults(
  issues: readonly z.core.$ZodIssue[],
  config: unknown,
): Generator<ValueFault, undefined> {
  let schema: JsonSchema | undefined;
  for (const issue of issues) {
    const path = issue.path as ConfigPath;
    if (issue.code === 'unrecognized_keys') {
      schema ??= configJsonSchema();
      for (const key of issue.keys) yield unknownField(schema, [...path, key]);
    } else if (issue.code === 'invalid_key') {
      yield { path, isName: true, message: issue.issues[0]?.message ?? issue.message };
    } else {
      yield { path, message: withValue(valueAt(config, path), issue) };
    }
  }
}

/** The message of an issue for which the schema declares none. The schema library calls this for each issue. */
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

/** Puts the invalid value before the message; of a list or map only its type. */
function withValue(value: unknown, { code, message }: z.core.$ZodIssue): string {
  if (value === null || value === undefined) return `${message}, but it is empty`;
  if (typeof value !== 'object') {
    return `${typeof value === 'string' ? quote(value) : value}: ${message}`;
  }
  if (code !== 'invalid_type') return message;
  return `${message}, got ${Array.isArray(value) ? 'a list' : 'a map'}`;
}

/** Suggests the nearest known field, or the path of a field with the same name. */
function unknownField(schema: JsonSchema, path: ConfigPath): ValueFault {
  const name = String(path.at(-1));
  const here = fieldsAt(schema, path.slice(0, -1));
  const elsewhere = fieldPaths(schema).find((field) => field.endsWith(`.${name}`));
  const near = didYouMean(name, here);
  const hint = near === '' && elsewhere !== undefined ? `; did you mean ${elsewhere}?` : near;
  const suggestion = hint || `; expected one of ${here.join(', ')}`;
  return { path, isName: true, message: `unknown field${suggestion}` };
}

function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined,
    value,
  );
}
