import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultRules, type Rules } from '../../src/core/decision/rules.ts';
import { findUnreachable } from '../../src/manifests/unreachable.ts';
import { injectText } from '../support/manifests.ts';

const RULES = defaultRules('test');
const ANNOTATED = '{annotations: {inject-metadata: "true"}}';
const TEMPLATE = `{metadata: ${ANNOTATED}, spec: {containers: [{name: app}]}}`;

function found(text: string, rules: Rules = RULES): string[] {
  return findUnreachable(parse(text), rules).map(({ message }) => message);
}

describe('findUnreachable()', () => {
  it.each([
    [
      'an object of another kind',
      `{apiVersion: v1, kind: Service, metadata: ${ANNOTATED}}`,
      /^Service \(no name\): inject-metadata has no effect on this kind; set it on a pod/,
    ],
    [
      'a pod without apiVersion',
      `{kind: Pod, metadata: {name: web, annotations: {inject-ambassador: "true"}}}`,
      /^Pod web has no apiVersion, so inject-ambassador has no effect on it$/,
    ],
    [
      'an object without kind',
      `{apiVersion: v1, metadata: {name: web, annotations: {inject-ambassador: "true"}}}`,
      /^the object web has no kind/,
    ],
    [
      'a template at a path that is unknown',
      `{apiVersion: keda.sh/v1alpha1, kind: ScaledJob, metadata: {name: j}, spec: {jobTargetRef: {template: ${TEMPLATE}}}}`,
      /^ScaledJob j: inject-metadata at spec.jobTargetRef.template has no effect.*podTemplates: \{ScaledJob.keda.sh: spec.jobTargetRef.template\}/,
    ],
    [
      'a template in a list',
      `{apiVersion: x.io/v1, kind: Set, spec: {jobs: [{template: ${TEMPLATE}}]}}`,
      /at spec.jobs\[0\].template .*\{Set.x.io: "spec.jobs\[\*\].template"\}/,
    ],
    [
      'an item of a List',
      `{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Service, metadata: ${ANNOTATED}}]}`,
      /^Service \(no name\): inject-metadata has no effect on this kind/,
    ],
    [
      'an API version that Kubernetes removed',
      `{apiVersion: extensions/v1beta1, kind: Deployment, spec: {template: ${TEMPLATE}}}`,
      /^extensions\/v1beta1 was removed in Kubernetes 1.16; use apps\/v1$/,
    ],
  ])('names %s', (_name, text, message) => {
    expect(found(text)).toEqual([expect.stringMatching(message)]);
  });

  it.each([
    ['a pod', `{apiVersion: v1, kind: Pod, metadata: ${ANNOTATED}, spec: {containers: []}}`],
    ['a pod template', `{apiVersion: apps/v1, kind: Deployment, spec: {template: ${TEMPLATE}}}`],
    ['a Namespace', `{apiVersion: v1, kind: Namespace, metadata: ${ANNOTATED}}`],
    [
      'a workload, which is reported as misplaced',
      `{apiVersion: apps/v1, kind: Deployment, metadata: ${ANNOTATED}}`,
    ],
    ['a custom kind', `{apiVersion: x.io/v1, kind: Rollout, spec: {template: ${TEMPLATE}}}`],
    ['an object that requests nothing', '{kind: Service, metadata: {annotations: {a: b}}}'],
    ['no object', '[1, {a: null}]'],
  ])('says nothing about annotations on %s', (_name, text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('podTemplates of the config', () => {
  const jobSet = `apiVersion: jobset.x-k8s.io/v1
kind: JobSet
metadata: {name: web}
spec:
  replicatedJobs:
  - template: {spec: {template: ${TEMPLATE}}}
  - template: {spec: {template: {metadata: ${ANNOTATED}, spec: {containers: [{name: b}]}}}}
  - template: {spec: {}}
`;

  it('are injected, one by one, and named by their paths', () => {
    const path = ['spec', 'replicatedJobs', '*', 'template', 'spec', 'template'];
    const rules = { ...RULES, podTemplates: new Map([['JobSet.jobset.x-k8s.io', [path]]]) };
    const { text, reports, notes } = injectText(jobSet, {}, rules);

    expect(notes).toEqual([]);
    expect(reports.map(({ workload, mutation }) => [workload.part, mutation.outcome])).toEqual([
      ['spec.replicatedJobs[0].template.spec.template', 'injected'],
      ['spec.replicatedJobs[1].template.spec.template', 'injected'],
    ]);
    expect(text.match(/POD_NAMESPACE/g)).toHaveLength(2);
    expect(injectText(text, {}, rules).text).toBe(text);
  });

  it('are needed, and the notes say so', () => {
    const { text, notes } = injectText(jobSet);

    expect(text).toBe(jobSet);
    expect(notes.map(({ line }) => line)).toEqual([6, 7]);
  });
});
