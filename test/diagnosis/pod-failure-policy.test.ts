import { expect, it } from 'vitest';
import { mutate } from '../../src/core/admission/mutate.ts';
import { defaultRules } from '../../src/core/decision/rules.ts';
import { exitCodeSentences } from '../../src/diagnosis/pod-failure-policy.ts';
import { findWorkloads } from '../../src/manifests/workloads.ts';

function sentences(
  podFailurePolicy: unknown,
  { kind = 'Job', ambassador = 'true' } = {},
): string[] {
  const template = {
    metadata: { annotations: { 'inject-ambassador': ambassador } },
    spec: { containers: [{ name: 'app' }], restartPolicy: 'Never' },
  };
  const job = { template, podFailurePolicy };
  const spec = kind === 'CronJob' ? { jobTemplate: { spec: job } } : job;
  const object = JSON.parse(
    JSON.stringify({ apiVersion: 'batch/v1', kind, metadata: { name: 'web' }, spec }),
  );
  return findWorkloads(object).flatMap((workload) => {
    const rules = { ...defaultRules('test'), stage: 'manifest' } as const;
    const mutation = mutate(workload.template, { name: 'shop' }, rules);
    return exitCodeSentences(workload, mutation);
  });
}

function rule(onExitCodes: unknown): unknown {
  return {
    rules: [
      { action: 'Ignore', onPodConditions: [] },
      { action: 'FailJob', onExitCodes },
    ],
  };
}

const MATCHES =
  'podFailurePolicy.rules[1] also matches the ambassador, which ends with 2; set onExitCodes.containerName';

it.each(['Job', 'CronJob'])('names a rule of a %s that matches the ambassador', (kind) => {
  expect(sentences(rule({ operator: 'In', values: [2, 42] }), { kind })).toEqual([MATCHES]);
  expect(sentences(rule({ operator: 'NotIn', values: [42] }), { kind })).toEqual([MATCHES]);
});

it.each([
  ['a rule that names the container', rule({ containerName: 'app', operator: 'In', values: [2] })],
  ['a rule for other codes', rule({ operator: 'In', values: [42] })],
  ['a rule for all codes but 2', rule({ operator: 'NotIn', values: [2] })],
  ['no policy', undefined],
  ['a policy that is a text', 'x'],
  ['rules that are a map', { rules: {} }],
  ['rules that are texts', { rules: ['x', null] }],
  ['values that are a text', rule({ operator: 'In', values: '2' })],
])('says nothing about %s', (_name, policy) => {
  expect(sentences(policy)).toEqual([]);
});

it.each(['false', 'yes'])('says nothing about pods without an ambassador (%s)', (ambassador) => {
  expect(sentences(rule({ operator: 'In', values: [2] }), { ambassador })).toEqual([]);
});
