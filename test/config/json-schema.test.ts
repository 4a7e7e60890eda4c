import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  configJsonSchema,
  configReference,
  fieldPaths,
  type JsonSchema,
} from '../../src/config/json-schema.ts';
import { emptyConfig, printConfig } from '../../src/config/print.ts';
import { EXAMPLE } from './configs.ts';

const schema = configJsonSchema();
const accepts = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

describe('the JSON Schema', () => {
  it('is draft-07, which yaml-language-server supports', () => {
    expect(schema).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: 'https://podherald.dev/v1/config.schema.json',
      title: 'podherald config',
    });
  });

  it.each([
    ['the example', EXAMPLE],
    ['the printed defaults', printConfig(emptyConfig())],
    ['an empty map', '{}'],
  ])('accepts %s', (_, text) => {
    accepts(parse(text));

    expect(accepts.errors).toBeNull();
  });

  it.each([
    'annotationprefix: a.example.com',
    'onInvalid: maybe',
    'kind: ConfigMap',
    'profiles: {Team: {}}',
    'profiles: {team: {env: {my-var: metadata.name}}}',
    'profiles: {team: {env: {A: 1}}}',
    'profiles: {team: {environment: {}}}',
    'metadata: {path: etc}',
    'ambassador: {port: 80}',
    'ambassador: {tokenSeconds: 3607}',
    'exempt: {namespaces: kube-system}',
    'namespaces: {annotations: "true"}',
  ])('rejects %s, as the parser does', (text) => {
    expect(accepts(parse(text))).toBe(false);
  });

  it('describes every field', () => {
    expect(undescribed(schema, '')).toEqual([]);
  });
});

describe('the reference page', () => {
  it('has a row for every field', () => {
    const page = configReference();

    expect(fieldPaths(schema).filter((path) => !page.includes(`| ${path} |`))).toEqual([]);
  });
});

function undescribed({ properties = {}, additionalProperties }: JsonSchema, at: string): string[] {
  const named = Object.entries(properties).flatMap(([name, field]) => [
    ...(field.description?.endsWith('.') ? [] : [`${at}${name}`]),
    ...undescribed(field, `${at}${name}.`),
  ]);
  if (typeof additionalProperties !== 'object') return named;
  return [...named, ...undescribed(additionalProperties, `${at}*.`)];
}
