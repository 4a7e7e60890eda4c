import { describe, expect, it } from 'vitest';
import { sentenceOf } from '../../src/core/decision/findings.ts';
import { defaultRules, type Rules } from '../../src/core/decision/rules.ts';
import type { EditOptions } from '../../src/manifests/edit-manifests.ts';
import { injectManifests } from '../../src/manifests/inject.ts';
import { uninjectManifests } from '../../src/manifests/uninject.ts';

const RULES: Rules = { ...defaultRules('test'), stage: 'manifest' };
const OPTIONS = { rules: RULES, namespace: 'shop' };

function manifest(kind: string, apiVersion: string, metadata: string): string {
  return `apiVersion: ${apiVersion}
kind: ${kind}
metadata: ${metadata}
spec:
  template:
    metadata:
      labels: {pod-template-hash: 5d89b}
      annotations:
        podherald.dev/metadata-env: KIND=workload.kind,WORKLOAD=workload.name
    spec:
      containers:
      - name: app
        image: web
`;
}

function injected(text: string) {
  const [result] = injectManifests([text], { ...OPTIONS, annotate: new Map() });
  if (result === undefined) throw new Error('expected one result');
  const env = result.reports[0]?.mutation.injection.containers[0]?.env ?? [];
  return { text: result.text, values: Object.fromEntries(env.map((one) => [one.name, one.value])) };
}

describe('the workload of the pods of a manifest', () => {
  it.each([
    ['Deployment', 'apps/v1', '{name: web}', 'Deployment', 'web'],
    ['StatefulSet', 'apps/v1', '{name: web}', 'StatefulSet', 'web'],
    ['Rollout', 'argoproj.io/v1alpha1', '{name: web}', 'Rollout', 'web'],
    ['ReplicaSet', 'apps/v1', '{name: web-5d89b}', 'Deployment', 'web'],
    ['Job', 'batch/v1', '{name: backup-29735040}', 'CronJob', 'backup'],
    ['Job', 'batch/v1', '{generateName: backup-}', 'Job', undefined],
  ])('of a %s of %s with metadata %s is %s %s', (kind, apiVersion, metadata, workload, name) => {
    const { values } = injected(manifest(kind, apiVersion, metadata));
    expect(values).toEqual({ KIND: workload, ...(name && { WORKLOAD: name }) });
  });

  it('is removed again by uninject', () => {
    const text = manifest('Deployment', 'apps/v1', '{name: web}');
    const [result] = uninjectManifests([injected(text).text], OPTIONS);
    expect(result?.text).toBe(text);
  });
});

const NAMESPACE = `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {team: web, other: x}
---
`;

describe('the labels of the namespace of a manifest', () => {
  const rules: Rules = { ...RULES, namespaceLabels: new Set(['team']) };
  const text = manifest('Deployment', 'apps/v1', '{name: web}').replace(
    'KIND=workload.kind,WORKLOAD=workload.name',
    "TEAM=namespace.labels['team']",
  );
  const inject = (manifests: readonly string[], more: Partial<EditOptions> = {}) => {
    const options = { ...OPTIONS, ...more, rules, annotate: new Map() };
    const { mutation } = injectManifests(manifests, options).at(-1)?.reports[0] ?? {};
    return {
      value: mutation?.injection.containers[0]?.env[0]?.value,
      sentences: mutation?.findings.map(sentenceOf),
    };
  };

  it('come from a Namespace in the manifests', () => {
    expect(inject([NAMESPACE, text]).value).toBe('web');
  });

  it('come from it too if the config does not use annotations of namespaces', () => {
    expect(inject([NAMESPACE, text], { usesDefaults: false }).value).toBe('web');
  });

  it('come from the cluster if the Namespace in the manifests sets none', () => {
    const namespaces = new Map([['shop', { labels: { team: 'db' } }]]);
    const bare = NAMESPACE.replace(/ {2}labels.*\n/, '');
    expect(inject([bare, text], { namespaces }).value).toBe('db');
    expect(inject([NAMESPACE, text], { namespaces }).value).toBe('web');
  });

  it('are not known otherwise', () => {
    expect(inject([text]).sentences).toEqual([
      'container app: TEAM not injected: the labels of the namespace are not known',
    ]);
  });

  it('are removed again by uninject', () => {
    const options = { ...OPTIONS, rules };
    const injectedTexts = injectManifests([NAMESPACE, text], { ...options, annotate: new Map() });
    const results = uninjectManifests(
      injectedTexts.map((one) => one.text),
      options,
    );
    expect(results.map((one) => one.text)).toEqual([NAMESPACE, text]);
  });
});
