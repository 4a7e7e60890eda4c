import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { mutate } from '../../src/core/admission/mutate.ts';
import { defaultRules, type Rules } from '../../src/core/decision/rules.ts';
import { GO_YAML } from '../../src/manifests/go-yaml.ts';
import { injectManifests } from '../../src/manifests/inject.ts';
import { splitStream } from '../../src/manifests/stream.ts';
import { SCALARS } from '../support/go-yaml-scalars.ts';
import { kubectl } from './kubectl.ts';
import type { KubeObject } from './objects.ts';

const RULES: Rules = { ...defaultRules('e2e'), stage: 'manifest' };

/** The objects that kubectl makes of a manifest before it sends them. */
async function readByKubectl(text: string): Promise<KubeObject[]> {
  const flags = ['--dry-run=client', '--validate=false', '--output=json', '--filename=-'];
  const stream = await kubectl(['create', ...flags], text);
  return splitStream(stream).map(({ start, end }) => JSON.parse(stream.slice(start, end)));
}

describe('a manifest is read as kubectl reads it', () => {
  test('whatever the spelling of its scalars is', async () => {
    const members = SCALARS.map(([text], index) => `  k${index}: ${text}\n`);
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n${members.join('')}`;
    const [read] = await readByKubectl(text);

    expect(parseDocument(text, GO_YAML).toJS().data).toEqual(read && 'data' in read && read.data);
  });

  const spellings = SCALARS.map(([text]) => text);
  test.each([
    ['hostNetwork', (value: string) => `hostNetwork: ${value}`],
    ['shareProcessNamespace', (value: string) => `shareProcessNamespace: ${value}`],
  ])('so that the decision about %s is that of the webhook', async (_field, fieldOf) => {
    const items = spellings.map(
      (value, index) => `- apiVersion: v1
  kind: Pod
  metadata: {name: p${index}, annotations: {inject-ambassador: "true", inject-metadata: "true"}}
  spec:
    ${fieldOf(value)}
    containers: [{name: app, image: app}]
`,
    );
    const text = `apiVersion: v1\nkind: List\nitems:\n${items.join('')}`;
    const options = { rules: RULES, namespace: 'shop', annotate: new Map<string, string>() };
    const [injected] = injectManifests([text], options);
    const pods = await readByKubectl(text);
    const decisions = pods.map((pod) => mutate(pod, { name: 'shop' }, RULES));

    expect(injected?.reports.map(({ mutation }) => mutation.operations)).toEqual(
      decisions.map(({ operations }) => operations),
    );
    expect(
      new Set(decisions.map(({ operations }) => JSON.stringify(operations))).size,
    ).toBeGreaterThan(1);
  });
});
