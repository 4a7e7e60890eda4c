import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  configJsonSchema,
  configReference,
  fieldPaths,
  type JsonSchema,
} from '../../src/config/json-schema.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { emptyConfig, printConfig } from '../../src/config/print.ts';
import { EXAMPLE } from './configs.ts';

const schema = configJsonSchema();
const accepts = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

const EXTENDED_RESOURCE =
  'ambassador: {resources: {requests: {example.com/gpu: 1}, limits: {example.com/gpu: 1}}}';

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
    ['an extended resource', EXTENDED_RESOURCE],
    [
      'a list of sources',
      `profiles: {a: {env: {A: "metadata.labels['a'] | namespace.labels['b/c']|limits.cpu : 1m"}}}`,
    ],
    ['labels of namespaces', 'namespaces: {labels: [team, example.com/Team]}'],
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
    'namespaces: {labels: [a b]}',
    'profiles: {team: {env: {A: "metadata.labels[a] | cluster.name"}}}',
    'profiles: {team: {env: {A: "cluster.name |"}}}',
    'profiles: {team: {files: {a: "metadata.name | cluster.name"}}}',
    'profiles: {"yes": {}}',
    'profiles: {"1": {}}',
    'profiles: {disabled: {}}',
    'profiles: {team: {env: {A: status.podIp}}}',
    'profiles: {team: {env: {A: metadata.labels}}}',
    'profiles: {team: {env: {A: "limits.memory:1MB"}}}',
    'profiles: {team: {env: {A: "limits.cpu:1Mi"}}}',
    'profiles: {team: {env: {A: "metadata.name:1"}}}',
    `profiles: {team: {env: {A: 'metadata.labels["app"]'}}}`,
    'profiles: {team: {env: {A: ""}}}',
    'profiles: {team: {files: {a: status.podIP}}}',
    'profiles: {team: {files: {a: container.name}}}',
    'profiles: {team: {files: {a: x-$(A)}}}',
    'profiles: {team: {files: {/a: metadata.name}}}',
    'profiles: {team: {files: {../a: metadata.name}}}',
    'profiles: {team: {files: {a/../b: metadata.name}}}',
    'profiles: {team: {files: {a//b: metadata.name}}}',
    'metadata: {path: /run/secrets}',
    'metadata: {path: /proc/x}',
    'metadata: {path: /etc/../x}',
    'annotationPrefix: x.kubernetes.io',
    'exempt: {namespaces: [Kube]}',
    'ambassador: {after: [Istio]}',
    'ambassador: {resources: {limits: {memory: 1MB}}}',
    'ambassador: {resources: {limits: {memroy: 1Mi}}}',
    'podTemplates: {JobSet: spec.template}',
    'podTemplates: {JobSet.x.io: spec..template}',
  ])('rejects %s, as the parser does', (text) => {
    expect(parseConfig(text)).toHaveProperty('faults');
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
