import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import type { Json, JsonObject } from '../../src/core/api/json.ts';
import { ANNOTATION_NAMES } from '../../src/core/decision/annotations.ts';
import { FIELDS, RESOURCES } from '../../src/core/decision/sources.ts';
import { arbitraryPod } from '../../test/support/arbitrary-pod.ts';
import type { Target } from '../../test/support/hostile.ts';
import { REQUESTING_WORKLOADS } from '../../test/support/manifests.ts';
import { makeReview } from '../../test/support/review.ts';
import {
  awkwardText,
  count,
  countUpTo,
  editedJson,
  expand,
  hostileJson,
  textOf,
} from './hostile-json.ts';
import { changedText, writtenYaml } from './hostile-yaml.ts';

const TEST = new URL('../../test/', import.meta.url);

function textsIn(folder: string, file: (name: string) => string = (name) => name): string[] {
  return readdirSync(new URL(folder, TEST))
    .map((name) => new URL(folder + file(name), TEST))
    .filter((url) => /\.(json|yaml)$/.test(url.pathname) && existsSync(url))
    .map((url) => readFileSync(url, 'utf8'));
}

const REVIEWS = textsIn('reviews/');
const CONFIGS = [
  ...textsIn('cases/', (name) => `${name}/config.yaml`),
  readFileSync(new URL('../examples/config.yaml', TEST), 'utf8'),
];
const MANIFESTS = [
  ...textsIn('reviews/manifests/'),
  ...textsIn('cases/', (name) => `${name}/pod.yaml`),
  ...textsIn('cases/', (name) => `${name}/injected.yaml`),
  ...Object.values(REQUESTING_WORKLOADS),
];

// Annotations

const source = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...Object.keys(FIELDS), ...Object.keys(RESOURCES)) },
  fc.constantFrom("metadata.labels['app']", 'limits.cpu:1m', 'limits.memory:1Mi', 'limits.memory'),
  fc.constantFrom(
    "namespace.labels['team']",
    "metadata.labels['app'] | namespace.labels['team'] | workload.name",
    "metadata.annotations['a']|limits.memory:1Mi",
    'metadata.name | cluster.name |',
  ),
  awkwardText,
);
const itemName = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('A', 'B', 'POD_NAME', 'a/b', 'a', 'app', 'web', '!app') },
  awkwardText,
);
const separator = fc.constantFrom(',', '\n', ' , ', ',,', ';', '\r\n', ', ');

/** An item that is written many times, with a number or without. */
const items = fc
  .array(
    fc.record({
      name: itemName,
      source: fc.option(source),
      times: count,
      isNumbered: fc.boolean(),
      separator,
    }),
    { maxLength: 4 },
  )
  .map((all) => all.map(itemText).join(','));

function itemText({
  name,
  source: from,
  times,
  isNumbered,
  separator: between,
}: {
  name: string;
  source: string | null;
  times: number;
  isNumbered: boolean;
  separator: string;
}): string {
  const item = (number: number): string =>
    `${name}${isNumbered ? number : ''}${from === null ? '' : `=${from}`}`;
  return Array.from({ length: times }, (_, number) => item(number)).join(between);
}

const WORDS = [
  ...['true', 'false', 'yes', 'True', 'default', 'default,network', 'team', 'namespace', 'full'],
  ...['read-only', '8001', '8002', '1024', '99999', '/run/x', '/', '/etc', 'app,web', '!app,!web'],
];
const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 4, arbitrary: items },
  awkwardText,
);

const key = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom('', 'podherald.dev/'), fc.constantFrom(...ANNOTATION_NAMES))
      .map((parts) => parts.join('')),
  },
  fc.constantFrom('podherald.dev/metadata-evn', 'podherald.dev/', 'kubernetes.io/config.mirror'),
  awkwardText.map((text) => `podherald.dev/${text}`),
  awkwardText,
);
const annotations = fc.dictionary(key, value, { maxKeys: 6 });

/** Hundreds or thousands of keys at once. */
const manyKeys = fc
  .tuple(fc.constantFrom('podherald.dev/', 'podherald.dev/metadata-en', 'k', ''), count)
  .map(([prefix, times]) =>
    Object.fromEntries(Array.from({ length: times }, (_, number) => [`${prefix}${number}`, ''])),
  );

const ownAnnotations = fc.oneof(
  { weight: 9, arbitrary: annotations },
  fc.tuple(annotations, manyKeys).map(([some, many]) => ({ ...many, ...some })),
);

/** A pod that collides with what is injected, possibly with many containers or volumes. */
const podWithUpTo = (most: number): fc.Arbitrary<JsonObject> =>
  fc
    .tuple(arbitraryPod, fc.constantFrom('containers', 'volumes'), countUpTo(most))
    .map(([base, list, times]) => {
      const { spec } = base as { spec: Record<string, Json[]> };
      const [first] = spec[list] ?? [];
      if (first === undefined) return base;
      const more = Array.from({ length: times - 1 }, (_, number) => ({
        ...(first as JsonObject),
        name: `more-${number}`,
      }));
      return { ...base, spec: { ...spec, [list]: [...(spec[list] ?? []), ...more] } };
    });

function annotated(
  pods: fc.Arbitrary<JsonObject>,
  own: fc.Arbitrary<JsonObject>,
): fc.Arbitrary<JsonObject> {
  return fc.tuple(pods, own).map(([pod, added]): JsonObject => {
    const metadata = pod['metadata'] as JsonObject;
    const merged = { ...(metadata['annotations'] as JsonObject), ...added };
    return { ...pod, metadata: { ...metadata, annotations: merged } };
  });
}

const pod = annotated(podWithUpTo(5000), ownAnnotations);
const smallPod = annotated(podWithUpTo(200), fc.dictionary(key, fc.constantFrom(...WORDS)));

const annotationInputs = fc
  .record({
    pod,
    defaults: annotations,
    config: fc.constantFrom('', 'onInvalid: warn', ...CONFIGS),
  })
  .map((input) => JSON.stringify(input));

// Reviews

const captured = fc.constantFrom(...REVIEWS);
const reviewInputs = fc.oneof(
  {
    weight: 6,
    arbitrary: editedJson(captured.map((text): Json => JSON.parse(text))).map(textOf),
  },
  { weight: 4, arbitrary: editedJson(pod.map((one): Json => makeReview(one))).map(textOf) },
  { weight: 1, arbitrary: changedText(captured) },
  { weight: 1, arbitrary: hostileJson.map(textOf) },
);

// Configs

const configItem = fc.oneof(
  { weight: 4, arbitrary: source },
  {
    weight: 2,
    arbitrary: fc.constantFrom('$(A)', '$(B) $(A)', '$$(A)', '$(A0)', 'x', '$(', '$()'),
  },
  { weight: 1, arbitrary: fc.record({ value: awkwardText }) },
  { weight: 1, arbitrary: hostileJson },
);

/** Variables that refer to the next one, such as `A0: $(A1)`. */
const chain = fc
  .tuple(countUpTo(3000), fc.constantFrom('$(A#)', '$(A#)$(A#)', '$(B)', 'metadata.name', 'x$(A0)'))
  .map(([times, text]) =>
    Object.fromEntries(
      Array.from({ length: times }, (_, number) => [
        `A${number}`,
        text.replaceAll('#', `${number + 1}`),
      ]),
    ),
  );
const profileItems = fc.oneof(
  { weight: 4, arbitrary: fc.dictionary(itemName, configItem, { maxKeys: 5 }) },
  { weight: 1, arbitrary: chain },
  { weight: 1, arbitrary: hostileJson },
);
const profiles = fc.dictionary(
  fc.oneof(fc.constantFrom('default', 'team', 'otel', 'network'), awkwardText),
  fc.record({ env: profileItems, files: profileItems }, { requiredKeys: [] }),
  { maxKeys: 4 },
);
const configValue = fc
  .record(
    {
      annotationPrefix: fc.constantFrom<Json>('a.example.com', 'kubernetes.io', 1),
      onInvalid: fc.constantFrom<Json>('deny', 'warn', true),
      profiles,
      metadata: fc.record({ path: awkwardText }),
      exempt: fc.record({ namespaces: fc.array(awkwardText, { maxLength: 3 }) }),
      ambassador: fc.record({ image: awkwardText, port: hostileJson }, { requiredKeys: [] }),
      namespaces: hostileJson,
    },
    { requiredKeys: ['profiles'] },
  )
  .map((config) => config as Json);

/** Many names for one value, each of which is many times the one before. */
const bomb = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .map(([levels, width]) => {
    const level = (number: number): string =>
      `a${number}: &a${number} [${Array.from({ length: width }, () => `*a${number - 1}`).join(', ')}]`;
    return ['a0: &a0 {x: y}', ...Array.from({ length: levels }, (_, at) => level(at + 1))].join(
      '\n',
    );
  });
const yamlNoise = fc.oneof(fc.constant('profiles: {}\n'), bomb, awkwardText.map(expand));

const configInputs = fc.oneof(
  { weight: 4, arbitrary: writtenYaml(configValue) },
  { weight: 3, arbitrary: changedText(fc.constantFrom(...CONFIGS)) },
  { weight: 2, arbitrary: changedText(writtenYaml(configValue), 3) },
  { weight: 1, arbitrary: changedText(yamlNoise) },
  { weight: 1, arbitrary: configValue.map(textOf) },
);

// Manifests

const manifestText = fc.constantFrom(...MANIFESTS);
const workloadOf = (one: Json): Json => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { template: one },
});
const manifestValue = fc.oneof(
  smallPod.map((one): Json => ({ apiVersion: 'v1', kind: 'Pod', ...one })),
  smallPod.map(workloadOf),
  fc
    .array(smallPod, { maxLength: 2 })
    .map((some): Json => ({ apiVersion: 'v1', kind: 'List', items: some.map(workloadOf) })),
  manifestText.map((text): Json => parse(text.split(/^---$/m)[0] ?? '', { merge: true }) ?? null),
);
const manifestInputs = fc.oneof(
  { weight: 4, arbitrary: changedText(manifestText, 3) },
  { weight: 3, arbitrary: writtenYaml(manifestValue) },
  { weight: 2, arbitrary: writtenYaml(editedJson(manifestValue)) },
  { weight: 2, arbitrary: changedText(writtenYaml(manifestValue), 2) },
  { weight: 1, arbitrary: changedText(yamlNoise) },
);

/** What each target is attacked with. */
export const INPUTS: Readonly<Record<Target, fc.Arbitrary<string>>> = {
  reviews: reviewInputs,
  annotations: annotationInputs,
  config: configInputs,
  manifests: manifestInputs,
};
