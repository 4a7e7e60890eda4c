import { describe, expect, it } from 'vitest';
import { defaultRules, type Rules } from '../../src/core/decision/rules.ts';
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
