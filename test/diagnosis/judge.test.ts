import { describe, expect, it } from 'vitest';
import { mutate } from '../../src/core/admission/mutate.ts';
import { errored } from '../../src/core/admission/mutation.ts';
import { finding } from '../../src/core/decision/reasons.ts';
import { defaultRules } from '../../src/core/decision/rules.ts';
import { judge } from '../../src/diagnosis/judge.ts';
import type { Setting } from '../../src/diagnosis/setting.ts';

const setting: Setting = {
  namespace: { name: 'shop' },
  namespaceObject: { value: undefined },
  webhooks: { value: [] },
  rules: defaultRules('test'),
};

function pod(annotations: Record<string, string>, spec = {}) {
  return {
    metadata: { name: 'web', annotations },
    spec: { containers: [{ name: 'app' }], ...spec },
  };
}

describe('judge', () => {
  it('says nothing of a pod that asks for nothing', () => {
    const silent = pod({});
    const mutation = mutate(silent, setting.namespace, setting.rules);

    expect(judge(silent, mutation, setting)).toEqual({ byDesign: [] });
  });

  it('takes no pod for complete that podherald fails on', () => {
    const mutation = errored(finding('patch_not_proven', {}), new Error('not proven'));

    expect(judge(pod({ 'inject-metadata': 'true' }), mutation, setting)).toMatchObject({
      because: { reason: 'podherald_fails', findings: ['patch_not_proven'] },
    });
  });

  it('blames a namespace for its wish only where the pod has none of its own', () => {
    const asking = { 'inject-ambassador': 'true' };
    const namespace = { name: 'shop', annotations: asking };
    const verdictOf = (annotations: Record<string, string>) => {
      const one = pod(annotations, { hostNetwork: true });
      return judge(one, mutate(one, namespace, setting.rules), { ...setting, namespace });
    };

    expect(verdictOf({})).toEqual({ byDesign: ['host_network'] });
    expect(verdictOf(asking)).toMatchObject({ because: { reason: 'not_granted' }, byDesign: [] });
  });
});
