import * as z from 'zod';
import { configSchema } from './schema.ts';

/** JSON Schema, as far as podherald's own is read. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/**
 * The JSON Schema of what a config file may hold. Draft-07, because that is what
 * yaml-language-server knows (its issue 856). The `$id` is a name: nothing fetches it.
 */
export function configJsonSchema(): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { target: 'draft-7', io: 'input' });
  return {
    $schema,
    $id: 'https://podherald.dev/v1/config.schema.json',
    title: 'podherald config',
    description: 'The config file of podherald, apiVersion podherald.dev/v1.',
    ...schema,
  } as JsonSchema;
}

/** The names of the fields that the map at a path may have. */
export function fieldsAt(schema: JsonSchema, path: readonly (string | number)[]): string[] {
  const at = path.reduce<JsonSchema>((map, key) => below(map, String(key)), schema);
  return Object.keys(at.properties ?? {});
}

function below(
  { properties = {}, additionalProperties, items }: JsonSchema,
  key: string,
): JsonSchema {
  if (Object.hasOwn(properties, key)) return properties[key] ?? {};
  return items ?? (typeof additionalProperties === 'object' ? additionalProperties : {});
}

/** All fields with a fixed name, as `metadata.path`. */
export function fieldPaths({ properties = {} }: JsonSchema, prefix = ''): string[] {
  return Object.entries(properties).flatMap(([name, field]) => [
    `${prefix}${name}`,
    ...fieldPaths(field, `${prefix}${name}.`),
  ]);
}
