import { describe, expect, it } from 'vitest';
import { mutate } from '../../src/core/admission/mutate.ts';
import { errored } from '../../src/core/admission/mutation.ts';
import type { JsonObject } from '../../src/core/api/json.ts';
import { finding } from '../../src/core/decision/findings.ts';
import { findMissing } from '../../src/diagnosis/missing-injection.ts';
import {
  annotated,
  type Changes,
  injected,
  missingIn,
  only,
  stateOf,
  withDefaults,
} from '../support/cluster-state.ts';
import { livePod, webhook } from '../support/live-objects.ts';

const AMBASSADOR = { 'inject-ambassador': 'true' };

const requesting = livePod('web');
const silent = livePod('web', { annotations: {} });

describe('findMissing', () => {
  it.each<[string, string, object, Changes]>([
    ['faulty', 'the value is invalid', annotated({ 'inject-metadata': 'yes' }), {}],
    ['not_understood', 'the profile is unknown', annotated({ 'inject-metadata': 'otle' }), {}],
    ['not_understood', 'the key is unknown', annotated({ 'podherald.dev/inject-metadta': '' }), {}],
    [
      'not_understood',
      'one of two profiles is unknown and the other injected',
      injected(annotated({ 'inject-metadata': 'default,otle' })),
      {},
    ],
    [
      'not_understood',
      'the value is invalid, and the config only warns',
      annotated({ 'inject-metadata': 'yes' }),
      { rules: { onInvalid: 'warn' } },
    ],
    [
      'namespace_not_understood',
      'the namespace names an unknown profile',
      silent,
      withDefaults({ 'inject-metadata': 'otle' }),
    ],
    [
      'namespace_not_understood',
      'the namespace has a misspelt key',
      silent,
      withDefaults({ 'inject-metdata': 'true' }),
    ],
    [
      'namespace_not_understood',
      'the namespace has an annotation that only pods can have',
      silent,
      withDefaults({ 'podherald.dev/metadata-env': 'NAME=metadata.name' }),
    ],
    [
      'namespace_not_understood',
      'the namespace has an invalid value',
      silent,
      withDefaults({ 'inject-metadata': 'yes' }),
    ],
    [
      'not_granted',
      'the pod uses hostNetwork',
      injected(annotated(AMBASSADOR, { hostNetwork: true })),
      {},
    ],
    [
      'not_granted',
      'the pod is for Windows',
      injected(annotated(AMBASSADOR, { os: { name: 'windows' } })),
      {},
    ],
    [
      'not_granted',
      'both names of the ambassador are taken',
      injected(
        annotated(AMBASSADOR, {
          containers: [{ name: 'ambassador' }, { name: 'podherald-ambassador' }],
        }),
      ),
      {},
    ],
    [
      'not_granted',
      'the annotations leave no room for a kubeconfig',
      injected(
        annotated({
          ...AMBASSADOR,
          'podherald.dev/ambassador-kubeconfig': 'true',
          'example.com/all-there-is': 'x'.repeat(262_000),
        }),
      ),
      {},
    ],
  ])('names the reason %s if %s', (code, _, pod, changes) => {
    expect(missingIn(pod, changes)).toMatchObject({ because: { code } });
  });

  it.each<[string, object]>([
    ['requests nothing', silent],
    ['opts out', annotated({ 'inject-metadata': 'false' })],
    [
      'is a mirror pod',
      annotated({ 'inject-metadata': 'true', 'kubernetes.io/config.mirror': 'x' }),
    ],
    ['has everything that it requests', injected(requesting)],
  ])('reports nothing for a pod that %s', (_, pod) => {
    expect(missingIn(pod)).toEqual({ notApplicable: [] });
  });

  it('reports a pod on which podherald fails', () => {
    const mutation = errored(finding('patch_not_proven', {}), new Error('not proven'));

    expect(findMissing(requesting as JsonObject, mutation, stateOf({}))).toMatchObject({
      because: { code: 'podherald_fails', findings: ['patch_not_proven'] },
    });
  });

  it.each([
    ['host_network', { hostNetwork: true }],
    ['automount_disabled', {}],
  ])('does not count a default that a pod cannot have as missing: %s', (reason, spec) => {
    const changes = withDefaults(AMBASSADOR);

    expect(missingIn(annotated({}, spec), changes)).toEqual({ notApplicable: [reason] });
  });

  it('does not matter for a pod that opts out that its namespace has a misspelt key', () => {
    const changes = withDefaults({ 'inject-metdata': 'true' });

    expect(missingIn(annotated({ 'inject-metadata': 'false' }), changes)).toEqual({
      notApplicable: [],
    });
  });

  it('counts it as missing if the pod requests it as well', () => {
    const pod = annotated(AMBASSADOR, { hostNetwork: true });

    expect(missingIn(pod, withDefaults(AMBASSADOR))).toMatchObject({
      because: { code: 'not_granted', findings: ['host_network'] },
      notApplicable: [],
    });
  });

  it('does not know the reason if it depends on an unreadable namespace', () => {
    const entry = webhook('x.podherald.dev', { namespaceSelector: { matchLabels: { team: 'a' } } });
    const namespaceObject = { unreadable: 'forbidden' };
    const state = { ...stateOf(only(entry)), namespaceObject };
    const mutation = mutate(requesting, state.namespace, state.rules);

    expect(findMissing(requesting as JsonObject, mutation, state)).toMatchObject({
      because: { code: 'not_told', slots: { why: 'forbidden' } },
    });
  });
});
