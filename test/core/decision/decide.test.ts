import { describe, expect, it } from 'vitest';
import { type Decision, decide } from '../../../src/core/decision/decide.ts';
import { podParts } from '../../../src/core/decision/pod-parts.ts';
import { podWith, RULES } from '../pods.ts';

type Annotations = Readonly<Record<string, string>>;

/** The decision about a pod with annotations, in a namespace with defaults. */
function decideIn(defaults: Annotations, annotations: Annotations, rules = RULES): Decision {
  const namespace = { name: 'shop', annotations: defaults };
  return decide(podParts(podWith(annotations)), namespace, rules);
}

describe('decide()', () => {
  const key = 'inject-metadata';
  const decideSwitch = (value: string | undefined, defaultValue: string | undefined) =>
    decideIn(defaultValue ? { [key]: defaultValue } : {}, value ? { [key]: value } : {});

  // inject-metadata of the pod and of its namespace: the pod's annotation takes precedence.
  it.each([
    [undefined, 'true', 'default'],
    [undefined, 'otel', 'otel'],
    ['true', undefined, 'default'],
    ['true', 'false', 'default'],
    ['true', 'otel', 'default'],
    ['otel', 'true', 'otel'],
  ])(
    'with %j on the pod and %j on the namespace, injects the profile %s',
    (own, defaults, name) => {
      expect(decideSwitch(own, defaults).metadata?.profiles).toEqual([name]);
    },
  );

  it.each([
    [undefined, undefined, 'not_requested'],
    [undefined, 'false', 'opted_out'],
    ['false', undefined, 'opted_out'],
    ['false', 'true', 'opted_out'],
  ])('with %j on the pod and %j on the namespace, skips the pod: %s', (own, defaults, reason) => {
    expect(decideSwitch(own, defaults)).toMatchObject({ skipped: { reason } });
  });

  it('uses the annotations of the pod if those of the namespace could not be read', () => {
    const namespace = { name: 'shop', unavailable: 'timeout' };
    expect(decide(podParts(podWith({ [key]: 'true' })), namespace, RULES)).toMatchObject({
      metadata: { profiles: ['default'] },
      notices: [{ reason: 'namespace_unavailable', slots: { namespace: 'shop', why: 'timeout' } }],
    });
  });

  it('ignores contradicting annotations of the namespace, with a notice', () => {
    const both = { [key]: 'true', 'podherald.dev/inject-metadata': 'false' };
    expect(decideIn(both, {})).toMatchObject({
      skipped: { reason: 'not_requested' },
      notices: [{ reason: 'forms_contradict', slots: { key: 'namespace shop: inject-metadata' } }],
    });
  });

  it('does not replace an invalid annotation of the pod with that of the namespace', () => {
    const rules = { ...RULES, onInvalid: 'warn' } as const;
    expect(decideIn({ [key]: 'true' }, { [key]: 'yes' }, rules)).toMatchObject({
      skipped: { reason: 'not_requested' },
    });
  });
});
